"""Writes augmentation.json: what torchvision.transforms.functional makes of a Pillow image, for given parameters.
Run with torchvision and Pillow: python3 test/golden/augmentation.py"""

import base64
import json
import os

import numpy as np
import torchvision
import torchvision.transforms.functional as F
from PIL import Image, __version__

HEIGHT, WIDTH = 11, 13
state = np.random.RandomState(7)
pixels = state.randint(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
# Greys, black, white and pure colours have cases of their own in HSV.
pixels[0, :6] = [[0, 0, 0], [255, 255, 255], [77, 77, 77], [255, 0, 0], [0, 255, 0], [0, 0, 255]]
image = Image.fromarray(pixels)
cases = []


def encode(picture):
    return base64.b64encode(np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1)).tobytes()).decode()


def add(operation, picture, **parameters):
    size = {"height": picture.height, "width": picture.width}
    cases.append({"operation": operation, **parameters, **size, "pixels": encode(picture)})


for mode in ("constant", "edge", "reflect", "symmetric"):
    padded = F.pad(image, [4] * 4, fill=30 if mode == "constant" else 0, padding_mode=mode)
    for top, left in ((0, 0), (8, 12), (5, 3)):
        add("crop", F.crop(padded, top, left, 9, 9), top=top - 4, left=left - 4, paddingMode=mode, fill=30)
for window in ((0, 0, 11, 13), (2, 3, 5, 4), (1, 0, 10, 3), (10, 12, 1, 1)):
    add("resizedCrop", F.resized_crop(image, *window, [8, 8]), window=window)
for across, down in ((2, -1), (-3, 4), (0, 0)):
    add("translate", F.affine(image, 0, [across, down], 1.0, [0.0, 0.0], fill=[9, 9, 9]), across=across, down=down)
add("flip", F.hflip(image))
for factor in (0.0, 0.37, 1.0, 1.6, 2.9):
    add("brightness", F.adjust_brightness(image, factor), factor=factor)
    add("contrast", F.adjust_contrast(image, factor), factor=factor)
    add("saturation", F.adjust_saturation(image, factor), factor=factor)
for factor in (-0.5, -0.23, -0.001, 0.0, 0.1, 0.5):
    add("hue", F.adjust_hue(image, factor), factor=factor)

golden = {
    "versions": f"torchvision {torchvision.__version__}, Pillow {__version__}",
    "image": {"height": HEIGHT, "width": WIDTH, "pixels": encode(image)},
    "cases": cases,
}
with open(os.path.join(os.path.dirname(__file__), "augmentation.json"), "w") as out:
    json.dump(golden, out, indent=1)
    out.write("\n")
