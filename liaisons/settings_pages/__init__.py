"""Each account's settings: one page for each subject, one form on each page."""
