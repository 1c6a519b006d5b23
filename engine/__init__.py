"""A training step you can walk through: values and gradients of a model, event by event."""
