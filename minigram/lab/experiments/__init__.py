"""What the notebooks measure, as functions of a running stage, so that tests can put them to any stage."""
