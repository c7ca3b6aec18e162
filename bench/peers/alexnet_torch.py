"""Times torchvision's AlexNet for ten classes as `alexnet bench` times ours, and prints one JSON line.

usage: OMP_NUM_THREADS=2 alexnet_torch.py train|infer BATCH ROUNDS
Bare steps on random images of 224 x 224, one after the other, after two to warm up.
"""

import json
import os
import resource
import statistics
import sys
import time

import torch
import torchvision

WARM_UP_STEPS = 2
CLASSES = 10


def training_step(batch):
    model = torchvision.models.alexnet(num_classes=CLASSES)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    images = torch.rand(batch, 3, 224, 224) * 2 - 1
    labels = torch.randint(0, CLASSES, (batch,))

    def step():
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference_step(batch):
    model = torchvision.models.alexnet(num_classes=CLASSES).eval()
    images = torch.rand(batch, 3, 224, 224) * 2 - 1

    def step():
        with torch.inference_mode():
            return model(images)

    return step


def seconds_of(step, rounds):
    for _ in range(WARM_UP_STEPS):
        step()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def linear_algebra():
    """The BLAS that is loaded: without a threaded one PyTorch is several times slower."""
    known = ("openblas", "mkl", "blis", "atlas", "libblas")
    with open("/proc/self/maps") as maps:
        loaded = maps.read()
    return next((name for name in known if name in loaded), "none of its own")


def main():
    mode, batch, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    step = training_step(batch) if mode == "train" else inference_step(batch)
    rates = [batch / seconds for seconds in seconds_of(step, rounds)]
    result = {
        "peer": f"PyTorch {torch.__version__} ({linear_algebra()})",
        "mode": mode,
        "batch": batch,
        "threads": torch.get_num_threads(),
        "imagesPerSecond": {"median": statistics.median(rates), "min": min(rates), "max": max(rates)},
        # ru_maxrss is in kilobytes on Linux.
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(result))


main()
