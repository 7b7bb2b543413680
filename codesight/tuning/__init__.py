"""Stage 12: training a model on a dataset version. Needs a training service; none is connected yet."""
