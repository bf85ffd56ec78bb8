"""What a digest would be, before it is: a dry run of an edition, and one person's preview.

Both freeze an edition with the very code of the real one, look at it, and roll it back.
"""
