"""Reads a model that was trained here with PyTorch, and compares its logits with those of `alexnet test`.

    python3 logits.py MODEL DATA_DIR predictions.jsonl

MODEL is a safetensors file or PyTorch's own, .pth. With a fourth argument, saves its weights again as old PyTorch did.

Prints the largest error of an image's logits, relative to their l2 norm; ends with 1 when it is 1e-4 or more.
"""
import json
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy
import torch
from PIL import Image

MOST = 1e-4
RECORD_BYTES = 3073


def read_safetensors(path):
    """Tensors by name, and the metadata: https://github.com/huggingface/safetensors#format"""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


def read_pth(path):
    """Tensors by name, as torch.load gives them, and our description, which lies beside them in the archive."""
    with zipfile.ZipFile(path) as archive:
        about = archive.read("archive/extra/alexnet.json").decode()
    return torch.load(path, weights_only=True), {"alexnet": about}


def layer_of(spec, inputs):
    """A PyTorch module for one layer of the network in the model's metadata."""
    kind = spec["type"]
    if kind == "conv":
        sizes = (inputs, spec["outChannels"], spec["kernelSize"])
        return torch.nn.Conv2d(*sizes, stride=spec.get("stride", 1), padding=spec.get("padding", 0))
    if kind == "relu":
        return torch.nn.ReLU()
    if kind == "maxPool":
        return torch.nn.MaxPool2d(spec["kernelSize"], spec["stride"])
    if kind == "adaptiveAvgPool":
        return torch.nn.AdaptiveAvgPool2d(spec["outputSize"])
    if kind == "flatten":
        return torch.nn.Flatten()
    if kind == "dropout":
        return torch.nn.Dropout(spec["probability"])
    if kind == "linear":
        return torch.nn.Linear(inputs, spec["outFeatures"])
    raise ValueError(f"unknown layer type {kind}")


def build(network, tensors):
    layers = []
    for spec in network["layers"]:
        weight = tensors.get(spec["name"] + ".weight")
        layer = layer_of(spec, None if weight is None else weight.shape[1])
        if weight is not None:
            layer.load_state_dict({"weight": weight, "bias": tensors[spec["name"] + ".bias"]})
        layers.append(layer)
    return torch.nn.Sequential(*layers).eval()


def test_records(data_dir):
    with tarfile.open(Path(data_dir) / "cifar-10-binary.tar.gz") as archive:
        return archive.extractfile("cifar-10-batches-bin/test_batch.bin").read()


def input_of(pixels, transforms):
    """torchvision's Resize, ToTensor and Normalize, by the transforms in the model's metadata."""
    image = Image.fromarray(pixels.reshape(3, 32, 32).transpose(1, 2, 0))
    values = None
    for step in transforms:
        if step["type"] == "resize":
            image = image.resize((step["size"], step["size"]), Image.BILINEAR)
        elif step["type"] == "toTensor":
            values = torch.from_numpy(numpy.array(image).transpose(2, 0, 1).copy()).float() / 255
        elif step["type"] == "normalize":
            mean, std = (torch.tensor(step[key]).reshape(3, 1, 1) for key in ("mean", "std"))
            values = (values - mean) / std
        else:
            raise ValueError(f"unknown transform {step['type']}")
    return values


def main(model_path, data_dir, predictions_path, saved_again=None):
    read = read_pth if model_path.endswith(".pth") else read_safetensors
    tensors, metadata = read(model_path)
    if saved_again:
        torch.save(tensors, saved_again, _use_new_zipfile_serialization=False)
    about = json.loads(metadata["alexnet"])
    model = build(about["network"], tensors)
    predictions = [json.loads(line) for line in Path(predictions_path).read_text().splitlines()]
    records = numpy.frombuffer(test_records(data_dir), dtype=numpy.uint8).reshape(-1, RECORD_BYTES)
    worst = 0.0
    for prediction in predictions:
        record = records[prediction["index"]]
        assert record[0] == prediction["label"], "another label"
        with torch.no_grad():
            expected = model(input_of(record[1:], about["transforms"])[None])[0]
        error = torch.linalg.norm(torch.tensor(prediction["logits"]) - expected) / torch.linalg.norm(expected)
        worst = max(worst, error.item())
    print(f"{len(predictions)} images: logits differ from PyTorch {torch.__version__}'s by at most {worst:.2g}")
    sys.exit(0 if predictions and worst < MOST else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
