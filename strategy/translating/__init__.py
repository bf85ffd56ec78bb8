"""Translation: one workflow for every text that people translate."""
