"""What every server shares: guard, keys, queue, errors, logs; nothing of one protocol or of the page."""
