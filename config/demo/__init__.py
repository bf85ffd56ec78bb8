"""What ``seed_demo`` puts into a demo: people, mandates, updates and dates, all of them made up.

Everything goes through the verbs the product itself uses, in the order in which it would have
happened, so that histories, the review queue and digests look as they would after some months.
Names say what they are ("Demo liaison 7"), addresses end in example.org, and texts say that they
were written for the demo.
"""
