"""What the loop does to a model that sees: a scripted one that knows the truth of every task.

character.py  how it errs: perfect, blind to what is small, wrong in numbers, ...
eyes.py       what it can make out of the pictures it is given
answers.py    its drafts, right and wrong
prompts.py    which task a prompt is about, and what is asked of it
plans.py      replies under a JSON schema
model.py      the chat model itself, and what it cost
ablation.py   crops made black, tools that return nonsense
trial.py      a run with it; measures.py harm, help and cost
"""
