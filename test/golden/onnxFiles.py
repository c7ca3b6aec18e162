"""Small networks as torch.onnx.export writes them, with PyTorch's logits of two images.

Run: python3 test/golden/onnxFiles.py (PyTorch 1.13 wrote the files that are here)
"""
import json
import os
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.simplefilter("ignore")
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")
os.makedirs(folder, exist_ok=True)


class AlexNet(nn.Module):
    """torchvision's module tree with a few channels."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 5, stride=2, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(4, 6, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(24, 8), nn.ReLU(inplace=True), nn.Linear(8, 3)
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class Variants(nn.Module):
    """What other networks of the family have: groups, no biases, rounded-up pools, a view, products with plain matrices."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, bias=False)
        self.conv2 = nn.Conv2d(6, 4, 3, groups=2)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.mean = nn.AvgPool2d(3, 2, padding=1)
        self.plain = nn.AvgPool2d(2, 1, padding=1, count_include_pad=False)
        self.weights = nn.Parameter(torch.empty(36, 5))
        self.bias = nn.Parameter(torch.empty(5))
        self.last = nn.Linear(5, 4, bias=False)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x):
        x = torch.tanh(self.conv1(F.pad(x, (1, 1, 1, 1))))
        x = torch.sigmoid(self.conv2(self.pool(x)))
        x = self.plain(self.mean(x))
        x = x.view(x.size(0), -1)
        x = x @ self.weights + self.bias
        return F.log_softmax(self.last(self.dropout(x)), dim=1)


class Normalised(nn.Module):
    """The paper's normalisation, which PyTorch writes out, and batch normalisation."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.norm = nn.LocalResponseNorm(5, alpha=0.5, beta=0.75, k=0.5)
        self.conv2 = nn.Conv2d(6, 4, 3)
        self.batches = nn.BatchNorm2d(4)
        self.last = nn.Linear(4, 3)

    def forward(self, x):
        x = torch.relu(self.batches(torch.relu(self.conv2(self.norm(torch.relu(self.conv(x)))))))
        return self.last(x.mean([2, 3]))


def write(name, model, size, **options):
    model.eval()
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    for buffer_name, buffer in model.named_buffers():
        if buffer_name.endswith("running_var"):
            nn.init.uniform_(buffer, 0.5, 2)
    count = 2 * 3 * size * size
    images = torch.tensor([(i * i * 37 + i) % 101 / 50 - 1 for i in range(count)]).reshape(2, 3, size, size)
    with torch.no_grad():
        logits = model(images)
    path = os.path.join(folder, name + ".onnx")
    torch.onnx.export(model, images, path, **options)
    golden[name] = logits.flatten().tolist()


golden = {}
torch.manual_seed(0)
dynamic = {"input_names": ["images"], "dynamic_axes": {"images": {0: "batch"}}}
write("alexnet", AlexNet(), 23, **dynamic)
write("alexnet-opset9", AlexNet(), 23, opset_version=9, keep_initializers_as_inputs=True)
unfolded = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
write("variants", Variants(), 10, opset_version=13, **unfolded, **dynamic)
write("variants-opset9", Variants(), 10, opset_version=9, **dynamic)
write("normalised", Normalised(), 9, opset_version=14, **dynamic)
write("normalised-opset11", Normalised(), 9, opset_version=11)
with open(os.path.join(folder, "logits.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
