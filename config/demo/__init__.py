"""What ``seed_demo`` puts into a demo, all of it made up.

Everything goes through the verbs the product itself uses, with the clock moved to the moment at
which it would have happened (``clock``), so that histories, queues and the ledger of mails look as
they would after some months, and add up. ``seed`` carries out the plans of the other modules in
the order of time. It can run again: what is there stays, what people of the demo changed too.

Who there is stands in ``people`` and ``applications``; what is said stands in ``texts/``, one file
for each update and report, all relays in one table, all answers in one file. Names say what they
are ("Demo liaison 7"), addresses end in example.org, and each text says in its own language that
it was written for the demo.
"""
