"""Writes schedules.json: learning rates of torch.optim.lr_scheduler (torch 1.13), one a step.

python3 test/golden/schedules.py test/golden/schedules.json
"""

import json
import sys

import torch
from torch.optim import lr_scheduler as schedulers

STEPS_PER_EPOCH = 7
EPOCHS = 6
RATE = 0.2


def optimizer(rate=RATE):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def rates(scheduler, steps, every=1):
    """The rate of each step; the scheduler steps after every `every` of them."""
    told = []
    for step in range(steps):
        told.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        if (step + 1) % every == 0:
            scheduler.step()
    return told


def warm_up_and(after, warm_steps):
    own = optimizer()
    warm = schedulers.LinearLR(own, start_factor=0.1, total_iters=warm_steps)
    return schedulers.SequentialLR(own, [warm, after(own)], milestones=[warm_steps])


def plateau(values, patience):
    """The rate after each epoch's validation."""
    own = optimizer()
    scheduler = schedulers.ReduceLROnPlateau(own, factor=0.1, patience=patience, eps=0)
    told = []
    for value in values:
        scheduler.step(value)
        told.append(own.param_groups[0]["lr"])
    return {"values": values, "patience": patience, "rates": told}


STEPS = EPOCHS * STEPS_PER_EPOCH
golden = {
    "stepsPerEpoch": STEPS_PER_EPOCH,
    "epochs": EPOCHS,
    "rate": RATE,
    "step": rates(schedulers.StepLR(optimizer(), step_size=2, gamma=0.1), STEPS, STEPS_PER_EPOCH),
    "milestones": rates(
        schedulers.MultiStepLR(optimizer(), milestones=[1, 4, 5], gamma=0.5), STEPS, STEPS_PER_EPOCH
    ),
    "cosine": rates(schedulers.CosineAnnealingLR(optimizer(), T_max=STEPS, eta_min=0.01), STEPS),
    "warmUpAndCosine": rates(
        warm_up_and(lambda own: schedulers.CosineAnnealingLR(own, T_max=STEPS - 14, eta_min=0), 14), STEPS
    ),
    "warmUp": rates(schedulers.LinearLR(optimizer(), start_factor=0.1, total_iters=14), STEPS),
    "linear": rates(schedulers.LinearLR(optimizer(), start_factor=1, end_factor=0.05, total_iters=STEPS), STEPS),
    "oneCycle": rates(
        schedulers.OneCycleLR(optimizer(), max_lr=RATE, total_steps=STEPS, cycle_momentum=False), STEPS - 1
    ),
    "oneCycleEarly": rates(
        schedulers.OneCycleLR(
            optimizer(),
            max_lr=RATE,
            total_steps=STEPS,
            pct_start=0.15,
            div_factor=10,
            final_div_factor=100,
            cycle_momentum=False,
        ),
        STEPS - 1,
    ),
    "plateau": plateau([2, 1, 1, 0.99995, 1.2, 0.9, 0.95, 0.95, 0.95, 0.95, 0.91, 0.95, 0.899], 2),
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
