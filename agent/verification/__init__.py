"""Checks of a draft before anybody sees it as an answer. Looks at evidence; calls no tool."""
