"""How a draft is judged and what follows: one policy for models that see, one for models that only read.

Checks belong to `verification`, second looks to `closer_look`; here it is decided what comes of them.
"""
