"""Makes the reference values of layers for sequences: torch.nn's in float64, values and gradients.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.sequences`` at the top of
the repository. The file holds for every type of layer, case after case: the output, the gradient of the input (but
of whole numbers) and that of every parameter, when the loss is the sum of squared errors.
"""

from pathlib import Path

import numpy as np
import torch

from tests.reference.sequence_cases import TYPES, cases, packed

FILE = Path(__file__).with_name("sequences.npz")
RECURRENT = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def recurrent(case, x, parameters):
    units, activation = case.options["units"], case.options.get("activation")
    more = {"nonlinearity": activation} if activation else {}
    module = RECURRENT[case.type](x.shape[2], units, case.layers, batch_first=True, **more)
    by_name = {f"{name.split('.')[1]}_l{int(name.split('.')[0][-1]) - 1}": p for name, p in parameters.items()}
    out, _ = torch.func.functional_call(module, by_name, (x,))
    return out if case.options["return_sequences"] else out[:, -1]


def attention(case, x, parameters):
    if case.type == "attention":
        return torch.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=case.options["causal"])
    module = torch.nn.MultiheadAttention(x.shape[2], case.options["heads"], batch_first=True)
    hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1) if case.options["causal"] else None
    by_name = {name.split(".", 1)[1]: p for name, p in parameters.items()}
    return torch.func.functional_call(module, by_name, (x, x, x), {"attn_mask": hidden})[0]


def embedding(case, x, parameters):
    return torch.nn.functional.embedding(x.long(), parameters["embedding1.weight"])


def reference(case):
    x = torch.tensor(case.x, requires_grad=case.type != "embedding")
    parameters = {name: torch.tensor(p, requires_grad=True) for name, p in case.parameters.items()}
    make = recurrent if case.type in RECURRENT else embedding if case.type == "embedding" else attention
    out = make(case, x, parameters)
    ((out - torch.tensor(case.targets)) ** 2).sum().backward()
    gradients = [t.grad.numpy() for t in (x, *parameters.values()) if t.requires_grad]
    return packed([out.detach().numpy(), *gradients])


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    np.savez_compressed(FILE, **{type: np.concatenate([reference(case) for case in cases(type)]) for type in TYPES})
