"""What the programs in ``script/`` are made of: services, processes, set-up and checks.

Nothing here is imported by the product, and only ``config.embedded`` of the product is
imported here.
"""
