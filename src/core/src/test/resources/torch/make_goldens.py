#!/usr/bin/env python3
"""Writes goldens.json.gz: 20 training steps of a small network in PyTorch, for every hidden activation x loss x optimizer.

Needs PyTorch 2. Run it in this folder: python3 make_goldens.py
Weights are written [inputs x neurons], row-major, each layer's bias behind them. All cases share inputs and initial weights.
"""
import gzip
import itertools
import json

import torch
from torch import nn

INPUTS, HIDDEN, CLASSES, BATCH, STEPS = 4, 5, 3, 4, 20
ACTIVATIONS = {
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU,
    "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "softplus": nn.Softplus, "linear": nn.Identity}
LOSSES = {
    "mse": nn.MSELoss(), "mae": nn.L1Loss(), "huber": nn.HuberLoss(),
    "binary_crossentropy": nn.BCEWithLogitsLoss(), "categorical_crossentropy": nn.CrossEntropyLoss(),
    "categorical_crossentropy smoothed": nn.CrossEntropyLoss(label_smoothing=0.1)}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.005, alpha=0.99, eps=1e-8),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05, eps=1e-10)}


def flat(tensor):
    return [float("%.9g" % v) for v in tensor.detach().flatten().tolist()]


def parameters(model):
    layers = [m for m in model if isinstance(m, nn.Linear)]
    return [v for m in layers for v in flat(m.weight.t()) + flat(m.bias)]


def network(activation, outputs):
    torch.manual_seed(11)
    return nn.Sequential(nn.Linear(INPUTS, HIDDEN), ACTIVATIONS[activation](), nn.Linear(HIDDEN, outputs))


torch.set_num_threads(1)
generator = torch.Generator().manual_seed(12)
inputs = torch.randn(STEPS, BATCH, INPUTS, generator=generator)
values = torch.randn(STEPS, BATCH, generator=generator)
classes = torch.randint(0, CLASSES, (STEPS, BATCH), generator=generator)
cases = []
for activation, loss, optimizer in itertools.product(ACTIVATIONS, LOSSES, OPTIMIZERS):
    categorical = loss.startswith("categorical")
    model = network(activation, CLASSES if categorical else 1)
    steps = OPTIMIZERS[optimizer](model.parameters())
    losses = []
    for s in range(STEPS):
        if categorical:
            target = classes[s]
        elif loss == "binary_crossentropy":
            target = (classes[s] > 0).float().unsqueeze(1)
        else:
            target = values[s].unsqueeze(1)
        steps.zero_grad()
        cost = LOSSES[loss](model(inputs[s]), target)
        cost.backward()
        steps.step()
        losses.append(cost)
    cases.append({"activation": activation, "loss": loss, "optimizer": optimizer,
                  "losses": flat(torch.stack(losses)), "final": parameters(model)})

golden = {"torch": torch.__version__, "inputs": flat(inputs), "values": flat(values), "classes": classes.flatten().tolist(),
          "initial": {"1": parameters(network("linear", 1)), "3": parameters(network("linear", CLASSES))}, "cases": cases}
with open("goldens.json.gz", "wb") as out:
    out.write(gzip.compress(json.dumps(golden, separators=(",", ":")).encode(), 9, mtime=0))
