"""Pages of the strategy app, one module for each subject."""
