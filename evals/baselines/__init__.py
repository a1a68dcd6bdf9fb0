"""Other agents on the same tasks: the same model server, the same two experts, one scorer.

contest.py   runs every peer and Looktwice over the same tasks; figures of each
stand_in.py  a peer in the place of the assistant, so that runs, limits and reports are shared
peer.py      what a peer is given and what it is told
experts.py   the experts as functions that any agent can call
meter.py     counts model calls and tokens where they pass, on the way to the server
smol.py      smolagents; the only file that imports it
chain.py     LangChain's agent; the only file here that imports it
show.py      the table
"""
