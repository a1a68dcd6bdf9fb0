"""`looktwice eval`: the commands of evaluation, and what they share."""
