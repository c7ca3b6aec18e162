"""Writes layers.json: outputs and gradients of layers that operators.json does not have, as PyTorch computes them in
float64. Run with PyTorch 1.13 or later: python test/golden/layers.py

Tensors are hashed as in the other golden files (test/engine/hashedTensors.ts), seed 77: the input is number 0, the layer's
parameters are 1, 2 … in state_dict order, the output's gradient is 1000. A running variance has 1.5 added."""

import json
import math
import os

import torch
from goldenTensors import hashed, sample

F = torch.nn.functional


def tensor(number, *shape):
    return torch.from_numpy(hashed(77, number, math.prod(shape))).view(shape)


def case(spec, input_shape, layer, parameters=(), training=False):
    """`layer` takes the input and the parameters; those named running_… have no gradient and may be changed."""
    x = tensor(0, *input_shape).requires_grad_()
    values = {}
    for number, (name, shape) in enumerate(parameters, 1):
        value = tensor(number, *shape)
        if name == "running_var":
            value = value + 1.5
        values[name] = value if name.startswith("running") else value.requires_grad_()
    y = layer(x, **values)
    y.backward(tensor(1000, *y.shape))
    return {
        "spec": spec,
        "training": training,
        "input": list(input_shape),
        "parameters": [[name, list(shape)] for name, shape in parameters],
        "output": sample(y),
        "gradients": {"input": sample(x.grad), **{n: sample(v.grad) for n, v in values.items() if v.requires_grad}},
        "after": {n: sample(v) for n, v in values.items() if not v.requires_grad},
    }


def norm(channels):
    return [(name, (channels,)) for name in ("weight", "bias", "running_mean", "running_var")]


def batch_norm(training):
    return lambda x, weight, bias, running_mean, running_var: F.batch_norm(
        x, running_mean, running_var, weight, bias, training, 0.2, 1e-3
    )


def local(kernel, stride, padding):
    def forward(x, weight, bias):
        o, height, width, i, _, _ = weight.shape
        windows = F.unfold(x, kernel, padding=padding, stride=stride).view(x.shape[0], i * kernel * kernel, height, width)
        return torch.einsum("nkhw,ohwk->nohw", windows, weight.reshape(o, height, width, -1)) + bias

    return forward


def within_channel(x):
    """Caffe's: an average pool of squares, whose windows count their padding, times alpha."""
    squares = F.avg_pool2d(x * x, 3, 1, 1, count_include_pad=True)
    return x / (1 + 0.9 * squares) ** 0.75


def spec(type, **options):
    return {"type": type, "name": "layer", **options}


cases = {
    "max pool with padding": case(
        spec("maxPool", kernelSize=3, stride=2, padding=1), (2, 3, 8, 7), lambda x: F.max_pool2d(x, 3, 2, 1)
    ),
    "max pool, padded and rounded up": case(
        spec("maxPool", kernelSize=4, stride=3, padding=2, ceilMode=True),
        (2, 3, 8, 9),
        lambda x: F.max_pool2d(x, 4, 3, 2, ceil_mode=True),
    ),
    "average pool with padding": case(
        spec("avgPool", kernelSize=3, stride=2, padding=1), (2, 3, 8, 7), lambda x: F.avg_pool2d(x, 3, 2, 1)
    ),
    "average pool, padded and rounded up": case(
        spec("avgPool", kernelSize=4, stride=3, padding=2, ceilMode=True),
        (2, 3, 8, 9),
        lambda x: F.avg_pool2d(x, 4, 3, 2, ceil_mode=True),
    ),
    "average pool that does not count its padding": case(
        spec("avgPool", kernelSize=3, stride=2, padding=1, countIncludePad=False),
        (2, 3, 8, 7),
        lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
    ),
    "response norm of an even size": case(
        spec("lrn", size=4, alpha=0.8, beta=0.5, k=2, convention="pytorch"),
        (2, 7, 3, 4),
        lambda x: F.local_response_norm(x, 4, 0.8, 0.5, 2),
    ),
    "response norm, the paper's": case(
        spec("lrn", size=5, alpha=0.2, beta=0.75, k=2, convention="paper"),
        (2, 7, 3, 4),
        lambda x: F.local_response_norm(x, 5, 0.2 * 5, 0.75, 2),
    ),
    "response norm, Caffe's": case(
        spec("lrn", size=3, alpha=0.9, beta=1.25, k=1, convention="caffe"),
        (2, 7, 3, 4),
        lambda x: F.local_response_norm(x, 3, 0.9, 1.25, 1),
    ),
    "response norm within channels": case(
        spec("lrn", size=3, alpha=0.9, beta=0.75, k=1, convention="caffe", region="withinChannel"),
        (2, 3, 5, 6),
        within_channel,
    ),
    "strided convolution in 3 groups": case(
        spec("conv", outChannels=6, kernelSize=3, stride=2, padding=1, groups=3),
        (2, 9, 7, 6),
        lambda x, weight, bias: F.conv2d(x, weight, bias, stride=2, padding=1, groups=3),
        [("weight", (6, 3, 3, 3)), ("bias", (6,))],
    ),
    "locally connected": case(
        spec("locallyConnected", outChannels=4, kernelSize=3, padding=1),
        (2, 3, 5, 4),
        local(3, 1, 1),
        [("weight", (4, 5, 4, 3, 3, 3)), ("bias", (4, 5, 4))],
    ),
    "locally connected with a stride": case(
        spec("locallyConnected", outChannels=2, kernelSize=3, stride=2, padding=2),
        (2, 3, 6, 5),
        local(3, 2, 2),
        [("weight", (2, 4, 4, 3, 3, 3)), ("bias", (2, 4, 4))],
    ),
    "batch norm in training": case(
        spec("batchNorm", epsilon=1e-3, momentum=0.2), (4, 5, 3, 4), batch_norm(True), norm(5), True
    ),
    "batch norm in evaluation": case(
        spec("batchNorm", epsilon=1e-3, momentum=0.2), (4, 5, 3, 4), batch_norm(False), norm(5)
    ),
    "batch norm of features in training": case(
        spec("batchNorm", epsilon=1e-3, momentum=0.2), (6, 5), batch_norm(True), norm(5), True
    ),
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json"), "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
