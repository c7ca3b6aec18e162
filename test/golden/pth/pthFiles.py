"""Writes the files here that torch_golden.py does not: PyTorch's other ways to save the same tensors."""

import collections

import torch


def state_dict():
    """The layers of the other files: a convolution and a linear layer, with values that tell their place."""
    return collections.OrderedDict(
        [
            ("0.weight", torch.arange(108.0).reshape(4, 3, 3, 3) / 64),
            ("0.bias", -torch.arange(4.0)),
            ("3.weight", torch.arange(80.0).reshape(5, 16) / 16),
            ("3.bias", torch.arange(5.0)),
        ]
    )


base = torch.arange(24.0)
torch.save(
    {
        "channels last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        "row": base.view(4, 6)[2],
        "column": base.view(4, 6)[:, 1],
        "every other": base.view(4, 6)[1:, ::2],
        "same storage": base,
        "scalar": torch.tensor(7),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "double": torch.tensor([0.1], dtype=torch.float64),
        "bool": torch.tensor([True, False]),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "int16": torch.tensor([-2], dtype=torch.int16),
        "int32": torch.tensor([-3], dtype=torch.int32),
    },
    "views.pth",
)
torch.save(
    {"epoch": 1, "state_dict": collections.OrderedDict(("module." + k, v) for k, v in state_dict().items())},
    "data-parallel.pth",
)
torch.save(state_dict(), "protocol4.pth", pickle_protocol=4)
torch.save(state_dict(), "protocol5-legacy.pth", pickle_protocol=5, _use_new_zipfile_serialization=False)
torch.save(torch.nn.Sequential(torch.nn.Linear(2, 2)), "whole-model.pth")
torch.save({"weight": torch.ones(2).expand(1000, 2)}, "expanded.pth")

# What trainings keep beside the weights.
model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
with torch.no_grad():
    for parameter in model.parameters():
        parameter.fill_(0.5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[2, 4])
for _ in range(3):
    optimizer.zero_grad()
    model(torch.ones(2, 1, 1, 1)).sum().backward()
    optimizer.step()
    schedule.step()
torch.save(
    {
        "epoch": 3,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "lr_scheduler": schedule.state_dict(),
        "classes": {"a set"},
        "bytes": b"\x00\xff",
        "shape": torch.Size([2, 3]),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "history": [{"loss": 0.25, "top5": None}, (1, True, -(1 << 40), 1 << 70)],
    },
    "training.pth",
)
