"""Writes explain.json: Grad-CAM, occlusion, features and their neighbours of alexnet-32, with and without batch
normalisation, as PyTorch computes them in float64. Run with PyTorch 1.13 or later: python test/golden/explain.py

Weights and images are hashed as in the other golden files (test/engine/hashedTensors.ts): weights of seed 32, images
tensor 0 of seed 33, in uint8."""

import json
import math
import os

import numpy as np
import torch
from goldenTensors import hashed, sample
from torch import nn

F = torch.nn.functional
IMAGES = 12


def network(normalised):
    features = []

    def conv(*sizes, **options):
        features.append(nn.Conv2d(*sizes, **options))
        if normalised:
            features.append(nn.BatchNorm2d(sizes[1]))
        features.append(nn.ReLU())

    conv(3, 16, 5, padding=2)
    features.append(nn.MaxPool2d(3, 2))
    conv(16, 48, 5, padding=2)
    features.append(nn.MaxPool2d(3, 2))
    conv(48, 96, 3, padding=1)
    conv(96, 64, 3, padding=1)
    conv(64, 64, 3, padding=1)
    features.append(nn.MaxPool2d(3, 2))
    classifier = [nn.Dropout(), nn.Linear(576, 512), nn.ReLU(), nn.Dropout(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
    return nn.ModuleDict({"features": nn.Sequential(*features), "classifier": nn.Sequential(*classifier)})


def filled(model):
    """With the hashed weights; variances and scales around 1."""
    model = model.double().eval()
    tensors = [(n, p) for n, p in model.state_dict().items() if not n.endswith("num_batches_tracked")]
    norms = {n.rsplit(".", 1)[0] for n, _ in tensors if n.endswith("running_var")}
    with torch.no_grad():
        for number, (name, p) in enumerate(tensors):
            values = hashed(32, number, p.numel()) * (0.05 if p.dim() == 1 else math.sqrt(6 / p[0].numel()))
            if name.rsplit(".", 1)[0] in norms:
                values = 1 + 5 * values.astype(np.float32).astype(np.float64)
            p.copy_(torch.from_numpy(values.astype(np.float32)).view(p.shape))
    return model


def classify(model, x):
    """Logits, with the outputs of all layers by name."""
    outputs = {}
    for part in ("features", "classifier"):
        if part == "classifier":
            x = F.adaptive_avg_pool2d(x, 3).flatten(1)
        for index, layer in enumerate(model[part]):
            x = layer(x)
            outputs[f"{part}.{index}"] = x
    return x, outputs


def grad_cam(model, x, layer, target):
    logits, outputs = classify(model, x)
    maps = outputs[layer]
    (gradient,) = torch.autograd.grad(logits[0, target], maps)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    cam = F.relu((weights * maps).sum(dim=1, keepdim=True))
    full = F.interpolate(cam, size=x.shape[2:], mode="bilinear", align_corners=False)
    return {"layer": layer, "class": target, "logit": logits[0, target].item(), "weights": sample(weights), "coarse": sample(cam), "map": sample(full, 60)}


def places(side, size, stride):
    return [*range(0, side - size, stride), side - size]


def occlusion(model, x, target, size, stride):
    def probability(image):
        with torch.no_grad():
            return classify(model, image)[0].softmax(1)[0, target].item()

    tops = places(x.shape[2], size, stride)
    grey = (128 / 255 - 0.5) / 0.5
    whole = probability(x)
    total, squares = torch.zeros(x.shape[2:]).double(), torch.zeros(x.shape[2:]).double()
    found = []
    for top in tops:
        for left in tops:
            covered = x.clone()
            covered[:, :, top : top + size, left : left + size] = grey
            found.append(probability(covered))
            total[top : top + size, left : left + size] += whole - found[-1]
            squares[top : top + size, left : left + size] += 1
    return {"class": target, "size": size, "stride": stride, "tops": tops, "probability": whole, "places": found, "drop": sample(total / squares.clamp(min=1), 60)}


def neighbours(model, x, layer):
    with torch.no_grad():
        features = classify(model, x)[1][layer]
    euclidean = (features - features[0]).norm(dim=1)
    cosine = 1 - F.cosine_similarity(features, features[:1])
    ordered = lambda distance: [int(i) for i in distance.argsort() if i != 0]
    return {
        "layer": layer,
        "features": sample(features),
        "euclidean": {"order": ordered(euclidean), "distances": euclidean.tolist()},
        "cosine": {"order": ordered(cosine), "distances": cosine.tolist()},
    }


def case(normalised, last, middle):
    model = filled(network(normalised))
    pixels = np.floor((hashed(33, 0, IMAGES * 3 * 32 * 32) + 1) * 128)
    x = torch.from_numpy((pixels / 255 - 0.5) / 0.5).view(IMAGES, 3, 32, 32)
    one = x[:1]
    best = int(classify(model, one)[0].argmax())
    return {
        "best": best,
        "gradCam": [grad_cam(model, one, last, best), grad_cam(model, one, last, 3), grad_cam(model, one, middle, 7)],
        "occlusion": [occlusion(model, one, best, 8, 5), occlusion(model, one, 3, 5, 9)],
        "neighbours": neighbours(model, x, "classifier.5"),
    }


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explain.json"), "w") as file:
    cases = {"alexnet-32": case(False, "features.11", "features.4"), "alexnet-32-bn": case(True, "features.16", "features.6")}
    json.dump(cases, file, indent=1)
    file.write("\n")
