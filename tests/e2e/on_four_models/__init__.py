"""What the page promises of every model, a sentence each, on four: a neuron, a digit, convolutions, an LSTM."""
