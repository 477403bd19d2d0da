#!/usr/bin/env python3
"""Makes the CSV files and expected.json in this folder.

The CSV files hold labels and predictions of imaginary models; expected.json holds what scikit-learn
says of them, over windows of several sizes after so many examples (position), in the shape of a
metrics record. What scikit-learn does not have is computed from its definition with numpy: the
Brier score of more than two classes, the expected calibration error, kappa-M and kappa-temporal,
the log-loss of the running class frequencies and the comparison with the baselines.
Made with scikit-learn 1.4.2:

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
QUANTILE = 0.9

warnings.filterwarnings("error")
# A window of one class has no kappa (0 / 0), which becomes null.
warnings.filterwarnings("ignore", message="invalid value encountered in scalar divide")
warnings.filterwarnings("ignore", message="A single label was found")
warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")


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


def small_numbers(random):
    """Whole numbers around 0, many of them 0, which have no relative error."""
    rows = []
    for _ in range(EXAMPLES):
        actual = float(random.integers(-2, 3))
        predicted = round(actual + random.normal(), 3)
        rows.append([actual, predicted, round((predicted - actual) ** 2 / 2, 6)])
    return rows


def write_csv(name, header, rows):
    with open(FOLDER / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def null(value):
    return None if value is None or math.isnan(value) else float(value)


def averaged(actual, predicted, weights, labels, average, beta):
    """Precision, recall, F1 and, where beta is not 1, F-beta."""
    how = {"labels": labels, "average": average, "zero_division": 0, "sample_weight": weights}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(actual, predicted, **how)
    scores = {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
    if beta != 1:
        scores["f_beta"] = float(metrics.fbeta_score(actual, predicted, beta=beta, **how))
    return scores


def class_scores(actual, predicted, weights, positive, beta=1):
    """Accuracy, precision, recall and F1; a baseline's missing prediction (None) is wrong."""
    predicted = ["<none>" if p is None else p for p in predicted]
    labels = [positive] if positive else sorted({*actual, *predicted} - {"<none>"})
    accuracy = metrics.accuracy_score(actual, predicted, sample_weight=weights)
    return {
        "accuracy": float(accuracy),
        **averaged(actual, predicted, weights, labels, "macro", beta),
    }


def beyond(accuracy, baseline):
    return None if baseline == 1 else (accuracy - baseline) / (1 - baseline)


def calibration_error(hits, confidences, weights):
    """Over (0, 0.1], (0.1, 0.2], ..., as Guo et al. 2017."""
    bins = np.ceil(confidences * 10)
    error = 0
    for b in np.unique(bins):
        part = bins == b
        error += abs((weights * hits)[part].sum() - (weights * confidences)[part].sum())
    return error / weights.sum()


def predicts_one_class(actual, predicted, weights):
    counted = [(a, p) for a, p, w in zip(actual, predicted, weights) if w > 0]
    return len({a for a, _ in counted}) > 1 and len({p for _, p in counted}) == 1


def better_than_baseline(scores, accuracies):
    """On log-loss, and on accuracy not worse than the best by more than a standard error."""
    best = max(accuracies.values())
    error = math.sqrt(best * (1 - best) / scores["weight"])
    return (
        scores["log_loss"] < scores["log_loss_baseline"] and scores["accuracy"] >= best - error
    )


def model_scores(rows, weights, classes, positive, beta, accuracies, frequency_losses):
    actual, predicted, loss = [[r[i] for r in rows] for i in range(3)]
    # The models' outputs are floats.
    probabilities = np.array([r[3:] for r in rows]).astype(np.float32).astype(float)
    weights = np.array(weights)
    # log_loss takes the columns in the order of the sorted labels.
    order = np.argsort(classes)
    scores = class_scores(actual, predicted, weights, positive, beta)
    truth = np.array(actual)[:, None] == np.array(classes)[None, :]
    squares = ((probabilities - truth) ** 2).sum(axis=1)
    hits = np.array(actual) == np.array(predicted)
    occurring = sorted({*actual, *predicted})
    scores["examples"] = len(rows)
    scores["weight"] = float(weights.sum())
    scores["balanced_accuracy"] = float(
        metrics.balanced_accuracy_score(actual, predicted, sample_weight=weights)
    )
    recalls = metrics.recall_score(
        actual,
        predicted,
        labels=sorted({a for a, w in zip(actual, weights) if w > 0}),
        average=None,
        zero_division=0,
        sample_weight=weights,
    )
    scores["g_mean"] = float(np.prod(recalls) ** (1 / len(recalls)))
    scores["kappa"] = null(
        metrics.cohen_kappa_score(actual, predicted, sample_weight=weights)
    )
    scores["kappa_m"] = beyond(scores["accuracy"], accuracies["majority"])
    scores["kappa_temporal"] = beyond(scores["accuracy"], accuracies["no_change"])
    scores["mcc"] = float(metrics.matthews_corrcoef(actual, predicted, sample_weight=weights))
    scores["loss"] = float(np.average(loss, weights=weights))
    scores["log_loss"] = float(
        metrics.log_loss(
            actual,
            (probabilities / probabilities.sum(axis=1, keepdims=True))[:, order],
            labels=sorted(classes),
            sample_weight=weights,
        )
    )
    scores["log_loss_baseline"] = float(np.average(frequency_losses, weights=weights))
    scores["predicts_one_class"] = predicts_one_class(actual, predicted, weights)
    scores["better_than_baseline"] = better_than_baseline(scores, accuracies)
    scores["brier"] = float(np.average(squares, weights=weights))
    if positive:
        scores["brier"] = float(
            metrics.brier_score_loss(
                truth[:, classes.index(positive)],
                probabilities[:, classes.index(positive)],
                sample_weight=weights,
            )
        )
        at = classes.index(positive)
        scores["calibration"] = {
            "mean_predicted": float(np.average(probabilities[:, at], weights=weights)),
            "observed_share": float(np.average(truth[:, at], weights=weights)),
        }
    scores["calibration_error"] = float(
        calibration_error(hits, probabilities.max(axis=1), weights)
    )
    for average in ["macro", "weighted", "micro"]:
        scores[average] = averaged(actual, predicted, weights, occurring, average, beta)
    return scores


def areas_of_each(rows, weights, classes):
    """One class against the rest, as means over those classes that examples are of."""
    weights = np.array(weights)
    actual = np.array([r[0] for r in rows])
    probabilities = np.array([r[3:] for r in rows])
    present = [c for c in classes if weights[actual == c].sum() > 0]
    if len(present) < 2:
        names = ["auc_roc", "auc_pr", "auc_roc_weighted", "auc_pr_weighted"]
        return dict.fromkeys(names)
    truth = np.stack([actual == c for c in present], axis=1).astype(int)
    scores = probabilities[:, [classes.index(c) for c in present]]
    areas = {}
    for average, suffix in [("macro", ""), ("weighted", "_weighted")]:
        how = {"average": average, "sample_weight": weights}
        areas["auc_roc" + suffix] = float(metrics.roc_auc_score(truth, scores, **how))
        areas["auc_pr" + suffix] = float(metrics.average_precision_score(truth, scores, **how))
        if len(present) == len(classes):
            # The same by what a user of scikit-learn calls; its columns are sorted by name.
            by_name = probabilities[:, np.argsort(classes)]
            direct = metrics.roc_auc_score(actual, by_name, multi_class="ovr", **how)
            assert abs(direct - areas["auc_roc" + suffix]) < 1e-9
    return areas


def areas(rows, weights, classes, positive):
    if positive is None:
        return areas_of_each(rows, weights, classes)
    scores = {"auc_roc": None, "auc_pr": None}
    if len({r[0] for r in rows}) == 2:
        truth = [r[0] == positive for r in rows]
        p = [r[3 + classes.index(positive)] for r in rows]
        scores["auc_roc"] = float(metrics.roc_auc_score(truth, p, sample_weight=weights))
        scores["auc_pr"] = float(
            metrics.average_precision_score(truth, p, sample_weight=weights)
        )
    return scores


def baselines_of_classes(labels, weights, classes):
    no_change, majority = [], []
    seen = Counter()
    for i in range(len(labels)):
        no_change.append(labels[i - 1] if i > 0 else None)
        majority.append(max(classes, key=lambda c: seen[c]) if i > 0 else None)
        seen[labels[i]] += weights[i]
    return {"no_change": no_change, "majority": majority}


def frequency_losses(labels, weights, classes):
    """Of the running class frequencies with add-one smoothing."""
    losses = []
    seen = Counter()
    for label, weight in zip(labels, weights):
        losses.append(-math.log((seen[label] + 1) / (sum(seen.values()) + len(classes))))
        seen[label] += weight
    return losses


def per_class(rows, weights, classes, beta):
    actual, predicted = [[r[i] for r in rows] for i in range(2)]
    how = {"labels": classes, "zero_division": 0, "sample_weight": weights, "average": None}
    columns = metrics.precision_recall_fscore_support(actual, predicted, **how)
    scores = [
        {"class": c, "precision": float(p), "recall": float(r), "f1": float(f), "support": float(s)}
        for c, p, r, f, s in zip(classes, *columns)
    ]
    if beta != 1:
        for score, value in zip(
            scores, metrics.fbeta_score(actual, predicted, beta=beta, **how)
        ):
            score["f_beta"] = float(value)
    return scores


def confusion(rows, weights, classes):
    return metrics.confusion_matrix(
        [r[0] for r in rows], [r[1] for r in rows], labels=classes, sample_weight=weights
    ).tolist()


def expected_of_classes(rows, weights, classes, positive, beta, window, position):
    blocks = {"window": slice(max(0, position - window), position), "total": slice(0, position)}
    labels = [r[0] for r in rows]
    baselines = baselines_of_classes(labels, weights, classes)
    losses = frequency_losses(labels, weights, classes)
    expected = {"baseline": {name: {} for name in baselines}}
    for block, part in blocks.items():
        accuracies = {}
        for name, predictions in baselines.items():
            scores = class_scores(labels[part], predictions[part], weights[part], positive)
            accuracies[name] = scores["accuracy"]
            expected["baseline"][name][block] = {k: scores[k] for k in ["accuracy", "f1"]}
        expected[block] = model_scores(
            rows[part], weights[part], classes, positive, beta, accuracies, losses[part]
        )
    part = blocks["window"]
    expected["window"].update(areas(rows[part], weights[part], classes, positive), size=window)
    expected["per_class"] = per_class(rows[part], weights[part], classes, beta)
    expected["confusion_matrix"] = {
        "rows": "actual",
        "labels": classes,
        "counts": confusion(rows[part], weights[part], classes),
        "total_counts": confusion(rows[:position], weights[:position], classes),
    }
    return expected


def error_scores(actual, predicted, weights):
    rows = [(a, p, w) for a, p, w in zip(actual, predicted, weights) if p is not None]
    if not rows:
        return {"mae": None, "rmse": None}
    actual, predicted, weights = zip(*rows)
    how = {"sample_weight": weights}
    return {
        "mae": float(metrics.mean_absolute_error(actual, predicted, **how)),
        "rmse": float(metrics.root_mean_squared_error(actual, predicted, **how)),
    }


def mape(actual, predicted, weights):
    """Without the labels that are 0."""
    rows = [row for row in zip(actual, predicted, weights) if row[0] != 0]
    if not rows:
        return None
    actual, predicted, weights = zip(*rows)
    return float(
        metrics.mean_absolute_percentage_error(actual, predicted, sample_weight=weights)
    )


def number_scores(rows, weights, quantile):
    actual, predicted, loss = [[r[i] for r in rows] for i in range(3)]
    how = {"sample_weight": weights}
    scores = error_scores(actual, predicted, weights)
    scores["examples"] = len(rows)
    scores["weight"] = float(np.sum(weights))
    several = len(set(actual)) > 1
    scores["r2"] = float(metrics.r2_score(actual, predicted, **how)) if several else None
    scores["mape"] = mape(actual, predicted, weights)
    scores["quantile_loss"] = float(
        metrics.mean_pinball_loss(actual, predicted, alpha=quantile, **how)
    )
    scores["loss"] = float(np.average(loss, weights=weights))
    return scores


def expected_of_numbers(rows, weights, quantile, window, position):
    part = slice(max(0, position - window), position)
    labels = [r[0] for r in rows]
    before = range(1, len(labels))
    last_value = [None] + [labels[i - 1] for i in before]
    mean = [None] + [float(np.average(labels[:i], weights=weights[:i])) for i in before]
    baselines = {"last_value": last_value, "mean": mean}
    window_scores = number_scores(rows[part], weights[part], quantile)
    total = number_scores(rows[:position], weights[:position], quantile)
    for scores, of in [(window_scores, part), (total, slice(0, position))]:
        errors = [
            error_scores(labels[of], predictions[of], weights[of])["mae"]
            for predictions in baselines.values()
        ]
        scores["better_than_baseline"] = None if None in errors else scores["mae"] < min(errors)
    label_mean = np.average(labels[:position], weights=weights[:position])
    deviations = (np.array(labels[:position]) - label_mean) ** 2
    total["label_mean"] = float(label_mean)
    total["label_sd"] = float(np.sqrt(np.average(deviations, weights=weights[:position])))
    return {
        "window": {"size": window, **window_scores},
        "total": total,
        "baseline": {
            name: {
                "window": error_scores(labels[part], predictions[part], weights[part]),
                "total": error_scores(
                    labels[:position], predictions[:position], weights[:position]
                ),
            }
            for name, predictions in baselines.items()
        },
    }


def case(task, classes, positive, weighted, beta, quantile, window, position, expected):
    return {
        "task": task,
        "classes": classes,
        "positive": positive,
        "weighted": weighted,
        "beta": beta,
        "quantile": quantile,
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
    problem_rows = []
    for name, classes, frequencies, skill, positive in problems:
        rows = classes_and_probabilities(random, classes, frequencies, skill)
        header = ["actual", "predicted", "loss", *(f"p_{c}" for c in classes)]
        write_csv(f"{name}.csv", header, rows)
        problem_rows.append(rows)
    numbers_of_rows = numbers(random)
    write_csv("regression.csv", ["actual", "predicted", "loss"], numbers_of_rows)
    near_zero = small_numbers(random)
    write_csv("regression_near_zero.csv", ["actual", "predicted", "loss"], near_zero)
    drawn = [float(w) for w in random.choice([0.25, 0.5, 1, 2.75, 4], size=EXAMPLES)]
    drawn[50] = 0.0
    write_csv("weights.csv", ["weight"], [[w] for w in drawn])
    for weighted, beta, quantile in [(False, 1, 0.5), (True, 2, QUANTILE)]:
        weights = drawn if weighted else [1.0] * EXAMPLES
        for window in WINDOWS:
            for position in POSITIONS:
                settings = (weighted, beta, quantile, window, position)
                for (name, classes, _, _, positive), rows in zip(problems, problem_rows):
                    expected = expected_of_classes(
                        rows, weights, classes, positive, beta, window, position
                    )
                    cases.append(case(name, classes, positive, *settings, expected))
                for name, rows in [
                    ("regression", numbers_of_rows),
                    ("regression_near_zero", near_zero),
                ]:
                    expected = expected_of_numbers(rows, weights, quantile, window, position)
                    cases.append(case(name, [], None, *settings, expected))
                    cases[-1]["expected"]["task"] = "regression"
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    (FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
