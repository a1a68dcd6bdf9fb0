"""Other agents on the same tasks: the same model server, the same two experts, one scorer.

contest.py        asks every baseline and Looktwice the same tasks; figures of each
assistant.py      a baseline in the place of the assistant, so that runs, limits and reports are shared
baseline.py       what a baseline is given for a task, and how it is instructed
experts.py        the experts as functions that any agent can call
usage.py          counts model calls and tokens where they pass, on the way to the server
chat_template.py  a slip of a model's template that keeps agents from calling tools, repaired
smolagents.py     smolagents; the only file that imports it
langchain.py      LangChain's agent; the only file here that imports it
"""
