"""Everything held on a person, as one archive they can download for a day.

Asked for on a settings page, made by a worker, and deleted when its time is over. What is in it
comes from ``liaisons.personal_data``, where each app registers what it holds.
"""
