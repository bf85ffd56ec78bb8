"""Pages about one's own mandate: write about it, share it, hand it over, keep notes."""
