"""Tables out of words and rules, whatever page they come from."""
