"""Marks for a class: submissions are found, judged where they are shut in, and written down with what they rest on."""
