"""Writes pth/resumed.pth, a checkpoint after five steps of SGD, and pth/resumed.json, the losses of the next five."""

import collections
import json
import os

import numpy as np
import torch
from goldenTensors import hashed

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pth")
torch.manual_seed(5)
# test/model/tinyNetwork.ts, without its dropout.
model = torch.nn.Sequential(
    collections.OrderedDict(
        [
            (
                "features",
                torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2)),
            ),
            ("flatten", torch.nn.Flatten()),
            ("classifier", torch.nn.Sequential(torch.nn.Identity(), torch.nn.Linear(36, 3))),
        ]
    )
)
images = torch.from_numpy(np.floor(128 * (hashed(17, 0, 80 * 192) + 1)).astype(np.uint8)).reshape(80, 3, 8, 8)
labels = torch.from_numpy(np.floor(1.5 * (hashed(17, 1, 80) + 1)).astype(np.int64))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.001)


def step(number):
    batch = slice(8 * number, 8 * number + 8)
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model((images[batch] / 255 - 0.5) / 0.5), labels[batch])
    loss.backward()
    optimizer.step()
    return loss.item()


for number in range(5):
    step(number)
torch.save({"epoch": 1, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, os.path.join(folder, "resumed.pth"))
losses = [step(number) for number in range(5, 10)]
after = {name: values.flatten().tolist() for name, values in model.state_dict().items() if values.dim() == 1}
with open(os.path.join(folder, "resumed.json"), "w") as file:
    json.dump({"seed": 17, "images": "40 to 79", "losses": losses, "after": after}, file, indent=1)
