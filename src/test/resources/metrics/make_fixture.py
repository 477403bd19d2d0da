#!/usr/bin/env python3
"""Makes the CSV files and expected.json in this folder.

The CSV files hold labels and predictions of imaginary models; expected.json holds what scikit-learn
says of them, over windows of several sizes after so many examples (position), in the shape of a
metrics record. Made with scikit-learn 1.4.2:

    python3 make_fixture.py
"""

import csv
import json
import math
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn import metrics

FOLDER = Path(__file__).parent
WINDOWS = [1, 7, 100, 1000]
POSITIONS = [1, 2, 8, 101, 300]
EXAMPLES = 300

warnings.filterwarnings("error")
# A window of one class has no kappa (0 / 0), which becomes null.
warnings.filterwarnings("ignore", message="invalid value encountered in scalar divide")
warnings.filterwarnings("ignore", message="A single label was found")


def classes_and_probabilities(random, classes, frequencies, skill):
    """Labels that come in streaks, and probabilities in 4 decimals that sum to 1."""
    rows = []
    label = 0
    for _ in range(EXAMPLES):
        if random.random() > 0.6:
            label = int(random.choice(len(classes), p=frequencies))
        score = random.normal(size=len(classes))
        score[label] += skill
        score[-1] -= 40 if len(classes) > 2 else 0  # the last of several is never predicted
        p = np.round(np.exp(score) / np.exp(score).sum() * 0.99 + 0.01 / len(classes), 4)
        p[0] = round(1 - p[1:].sum(), 4)
        loss = round(float(((p - np.eye(len(classes))[label]) ** 2).mean()), 6)
        rows.append([classes[label], classes[int(p.argmax())], loss, *map(float, p)])
    return rows


def numbers(random):
    """A walk far from zero, as prices are, so that a sum of squares would cancel."""
    rows = []
    level = 0.0
    for _ in range(EXAMPLES):
        level += random.normal()
        actual = round(1e6 + level, 3)
        predicted = round(actual + random.normal() * 2, 3)
        rows.append([actual, predicted, round((predicted - actual) ** 2 / 2, 6)])
    return rows


def write_csv(name, header, rows):
    with open(FOLDER / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def null(value):
    return None if value is None or math.isnan(value) else float(value)


def class_scores(actual, predicted, positive):
    """Accuracy, precision, recall and F1; a baseline's missing prediction (None) is wrong."""
    predicted = ["<none>" if p is None else p for p in predicted]
    if positive is not None:
        how = {"labels": [positive], "average": "macro"}
    else:
        how = {"labels": sorted({*actual, *predicted} - {"<none>"}), "average": "macro"}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        actual, predicted, zero_division=0, **how
    )
    return {
        "accuracy": float(metrics.accuracy_score(actual, predicted)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


def model_scores(rows, classes, positive):
    actual, predicted, loss = [[r[i] for r in rows] for i in range(3)]
    probabilities = np.array([r[3:] for r in rows])
    # log_loss takes the columns in the order of the sorted labels.
    order = np.argsort(classes)
    scores = class_scores(actual, predicted, positive)
    scores["examples"] = len(rows)
    scores["kappa"] = null(metrics.cohen_kappa_score(actual, predicted))
    scores["loss"] = float(np.mean(loss))
    scores["log_loss"] = float(
        metrics.log_loss(actual, probabilities[:, order], labels=sorted(classes))
    )
    return scores


def baselines_of_classes(labels, classes):
    no_change, majority = [], []
    for i in range(len(labels)):
        before = Counter(labels[:i])
        no_change.append(labels[i - 1] if i > 0 else None)
        majority.append(max(classes, key=lambda c: before[c]) if i > 0 else None)
    return {"no_change": no_change, "majority": majority}


def per_class(rows, classes):
    actual, predicted = [[r[i] for r in rows] for i in range(2)]
    columns = metrics.precision_recall_fscore_support(
        actual, predicted, labels=classes, zero_division=0
    )
    return [
        {"class": c, "precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
        for c, p, r, f, s in zip(classes, *columns)
    ]


def confusion(rows, classes):
    return metrics.confusion_matrix(
        [r[0] for r in rows], [r[1] for r in rows], labels=classes
    ).tolist()


def expected_of_classes(rows, classes, positive, window, position):
    start = max(0, position - window)
    labels = [r[0] for r in rows]
    baseline = {}
    for name, predictions in baselines_of_classes(labels, classes).items():
        blocks = {"window": slice(start, position), "total": slice(0, position)}
        baseline[name] = {}
        for block, part in blocks.items():
            scores = class_scores(labels[part], predictions[part], positive)
            baseline[name][block] = {"accuracy": scores["accuracy"], "f1": scores["f1"]}
    return {
        "window": {"size": window, **model_scores(rows[start:position], classes, positive)},
        "total": model_scores(rows[:position], classes, positive),
        "baseline": baseline,
        "per_class": per_class(rows[start:position], classes),
        "confusion_matrix": {
            "rows": "actual",
            "labels": classes,
            "counts": confusion(rows[start:position], classes),
            "total_counts": confusion(rows[:position], classes),
        },
    }


def error_scores(actual, predicted):
    pairs = [(a, p) for a, p in zip(actual, predicted) if p is not None]
    if not pairs:
        return {"mae": None, "rmse": None}
    actual, predicted = zip(*pairs)
    return {
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "rmse": float(metrics.root_mean_squared_error(actual, predicted)),
    }


def number_scores(rows):
    actual, predicted, loss = [[r[i] for r in rows] for i in range(3)]
    scores = error_scores(actual, predicted)
    scores["examples"] = len(rows)
    scores["r2"] = float(metrics.r2_score(actual, predicted)) if len(set(actual)) > 1 else None
    scores["loss"] = float(np.mean(loss))
    return scores


def expected_of_numbers(rows, window, position):
    start = max(0, position - window)
    labels = [r[0] for r in rows]
    last_value = [labels[i - 1] if i > 0 else None for i in range(len(labels))]
    mean = [float(np.mean(labels[:i])) if i > 0 else None for i in range(len(labels))]
    total = number_scores(rows[:position])
    total["label_mean"] = float(np.mean(labels[:position]))
    total["label_sd"] = float(np.std(labels[:position]))
    return {
        "window": {"size": window, **number_scores(rows[start:position])},
        "total": total,
        "baseline": {
            name: {
                "window": error_scores(labels[start:position], predictions[start:position]),
                "total": error_scores(labels[:position], predictions[:position]),
            }
            for name, predictions in [("last_value", last_value), ("mean", mean)]
        },
    }


def case(task, classes, positive, window, position, expected):
    return {
        "task": task,
        "classes": classes,
        "positive": positive,
        "window": window,
        "position": position,
        "expected": {"task": task, **expected},
    }


def main():
    random = np.random.default_rng(20261125)
    problems = [
        ("binary", ["ok", "fraud"], [0.8, 0.2], 1.2, "fraud"),
        ("multiclass", ["storm", "calm", "gale", "tornado"], [0.5, 0.25, 0.2, 0.05], 1.5, None),
    ]
    cases = []
    for name, classes, frequencies, skill, positive in problems:
        rows = classes_and_probabilities(random, classes, frequencies, skill)
        header = ["actual", "predicted", "loss", *(f"p_{c}" for c in classes)]
        write_csv(f"{name}.csv", header, rows)
        for window in WINDOWS:
            for position in POSITIONS:
                expected = expected_of_classes(rows, classes, positive, window, position)
                cases.append(case(name, classes, positive, window, position, expected))
    rows = numbers(random)
    write_csv("regression.csv", ["actual", "predicted", "loss"], rows)
    for window in WINDOWS:
        for position in POSITIONS:
            expected = expected_of_numbers(rows, window, position)
            cases.append(case("regression", [], None, window, position, expected))
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    (FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
