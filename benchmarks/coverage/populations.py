"""Populations whose true measures are known exactly, and samples of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

# Cells of the latent score: so many that hardly any rows tie, or so few that nearly all do.
FINE, TIED = 4000, 10
# With fewer rows of the rarer class than this, samples have exactly as many as are expected.
FIXED = 20
# Rows of a cluster, and how alike they are.
CLUSTER, SHARED, CONCENTRATION = 5, 0.4, 4.0
# The share of positives where a threshold is chosen.
CHOSEN_SHARE = 0.3
# Rows of a cluster in the mean where clusters are uneven, and the standard deviation of the logarithm of their sizes.
UNEVEN_CLUSTER, UNEVENNESS = 10, 1.0
# What a negative weighs where only one of so many was sampled.
NEGATIVE_WEIGHT = 10


@dataclass(frozen=True)
class Binary:
    """Two normal latent scores, seen as the probabilities that they imply.

    Attributes:
        prevalence: The share of positives.
        auc: How well the classes are told apart, before scores are tied.
        kind: ``"plain"``, ``"ties"``, ``"weights"`` (rows of high scores are sampled more often and weigh less),
            ``"uneven weights"`` (log-normal, whatever the row), ``"class weights"`` (one negative of ten is sampled,
            and weighs ten), ``"clusters"`` (five rows each, alike in class and score), or ``"uneven clusters"`` (of
            log-normal sizes).
        spread: The standard deviation of the logarithm of uneven weights.
    """

    prevalence: float
    auc: float
    kind: str = "plain"
    spread: float = 0.0

    @property
    def shift(self) -> float:
        """The distance between the classes."""
        return math.sqrt(2) * float(norm.ppf(self.auc))

    @property
    def edges(self) -> np.ndarray:
        """Limits of the cells of the latent score."""
        if self.kind == "ties":
            inner = norm.ppf(np.arange(1, TIED) / TIED) * 1.2 + self.shift / 2
        else:
            inner = np.linspace(-5.0, 5.0 + self.shift, FINE - 1)
        return np.concatenate([[-np.inf], inner, [np.inf]])

    @property
    def masses(self) -> tuple[np.ndarray, np.ndarray]:
        """The share of all rows that are positives, and negatives, in each cell."""
        positive = np.diff(norm.cdf(self.edges - self.shift)) * self.prevalence
        return positive, np.diff(norm.cdf(self.edges)) * (1 - self.prevalence)

    @property
    def probability(self) -> np.ndarray:
        """The score of each cell: the share of its rows that are positive."""
        positive, negative = self.masses
        with np.errstate(invalid="ignore"):
            share = positive / (positive + negative)
        known = ~np.isnan(share)
        return np.interp(np.arange(len(share)), np.flatnonzero(known), share[known])

    @property
    def threshold(self) -> float:
        """The probability that about as many rows reach as are positive."""
        positive, negative = self.masses
        above = np.cumsum((positive + negative)[::-1])[::-1]
        return float(self.probability[int(np.argmin(np.abs(above - self.prevalence)))])

    def truths(self) -> dict[str, float]:
        """The measures of the whole population."""
        positive, negative, score = *self.masses, self.probability
        p, q = self.prevalence, 1 - self.prevalence
        flagged = score >= self.threshold
        tp, fp = float(positive[flagged].sum()), float(negative[flagged].sum())
        fn, tn = p - tp, q - fp
        below = np.cumsum(negative) - negative / 2
        reached, all_reached = np.cumsum(positive[::-1]), np.cumsum((positive + negative)[::-1])
        gaps = np.abs(np.cumsum(positive) / p - np.cumsum(negative) / q)
        chance = (tp + fp) * p + (fn + tn) * q
        clipped = np.clip(score, 2.3e-16, 1 - 2.3e-16)
        return {
            "accuracy": tp + tn,
            "balanced_accuracy": (tp / p + tn / q) / 2,
            "precision": tp / (tp + fp),
            "recall": tp / p,
            "specificity": tn / q,
            "negative_predictive_value": tn / (tn + fn),
            "f1": 2 * tp / (2 * tp + fp + fn),
            "matthews_corrcoef": (tp * tn - fp * fn) / math.sqrt((tp + fp) * p * q * (tn + fn)),
            "cohen_kappa": (tp + tn - chance) / (1 - chance),
            "roc_auc": float(positive @ below) / (p * q),
            "average_precision": float(positive[::-1] @ (reached / np.maximum(all_reached, 1e-300))) / p,
            "ks": float(gaps.max()),
            "log_loss": float(-(positive @ np.log(clipped) + negative @ np.log1p(-clipped))),
            "brier_score": float(positive @ (1 - score) ** 2 + negative @ score**2),
        }

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true class, the probability, and weights or clusters if there are any."""
        score = self.probability
        if self.kind == "weights":
            masses = np.concatenate(self.masses)
            chance = 0.3 + np.tile(np.linspace(0, 1, len(score)), 2)
            drawn = rng.choice(len(masses), n, p=masses * chance / (masses @ chance))
            label = (drawn < len(score)).astype(int)
            return {"y": label, "p": score[drawn % len(score)], "w": 1 / chance[drawn]}
        if self.kind in ("clusters", "uneven clusters"):
            cluster = cluster_numbers(rng, n, self.kind)
            groups = cluster[-1] + 1
            a = self.prevalence * CONCENTRATION
            label = (rng.random(n) < rng.beta(a, CONCENTRATION - a, groups)[cluster]).astype(int)
            common = math.sqrt(SHARED) * rng.normal(size=groups)[cluster]
            latent = self.shift * label + common + math.sqrt(1 - SHARED) * rng.normal(size=n)
        else:
            expected = n * min(self.prevalence, 1 - self.prevalence)
            sampled = NEGATIVE_WEIGHT if self.kind == "class weights" else 1
            label = (rng.random(n) * (1 + self.prevalence * (sampled - 1)) < self.prevalence * sampled).astype(int)
            if expected < FIXED and sampled == 1:
                label = (np.arange(n) < round(n * self.prevalence)).astype(int)
            latent = self.shift * label + rng.normal(size=n)
        rows = {"y": label, "p": score[np.searchsorted(self.edges, latent, side="right") - 1]}
        if self.kind == "uneven weights":
            rows["w"] = np.exp(self.spread * rng.normal(size=n))
        if self.kind == "class weights":
            rows["w"] = np.where(label == 1, 1.0, NEGATIVE_WEIGHT)
        return rows | ({"c": cluster} if self.kind in ("clusters", "uneven clusters") else {})


def cluster_numbers(rng: np.random.Generator, n: int, kind: str) -> np.ndarray:
    """The cluster of each row: five rows each, or as many as a log-normal number says."""
    if kind == "clusters":
        return np.arange(n) // CLUSTER
    sizes = np.maximum(1, np.rint(np.exp(math.log(UNEVEN_CLUSTER) + UNEVENNESS * rng.normal(size=n)))).astype(int)
    return np.repeat(np.arange(n), sizes)[:n]


@dataclass(frozen=True)
class Amounts:
    """A regression with normal or heavy-tailed errors.

    Attributes:
        tails: Degrees of freedom of Student's t of the errors; infinite for normal ones.
        kind: ``"plain"``, ``"clusters"``, ``"uneven clusters"`` or ``"uneven weights"``.
        spread: The standard deviation of the logarithm of uneven weights.
    """

    tails: float
    kind: str = "plain"
    spread: float = 0.0

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true amount and the prediction."""
        clustered = self.kind in ("clusters", "uneven clusters")
        cluster = cluster_numbers(rng, n, self.kind) if clustered else np.zeros(0, int)
        common = rng.normal(size=cluster[-1] + 1)[cluster] if clustered else 0.0
        noise = rng.normal(size=n) if math.isinf(self.tails) else rng.standard_t(self.tails, n)
        signal = rng.normal(size=n)
        rows = {"y": 2 * signal + common + noise, "p": 2 * signal}
        if self.kind == "uneven weights":
            rows["w"] = np.exp(self.spread * rng.normal(size=n))
        return rows | ({"c": cluster} if clustered else {})

    def truths(self) -> dict[str, float]:
        """The measures of ten million rows: their error is small beside that of any sample here."""
        import gnomon

        rows = self.sample(np.random.default_rng(1), 10_000_000)
        found = gnomon.evaluate(rows["y"], rows["p"], interval="none")
        names = ("mse", "rmse", "mae", "r2", "explained_variance", "mean_error", "median_absolute_error")
        return {name: found[name].value for name in names}


@dataclass(frozen=True)
class LogNormal:
    """A regression of log-normal amounts, with errors that grow with them: a few rows carry most of the squares.

    Attributes:
        noise: The standard deviation of the logarithm of prediction / amount.
        kind: ``"log-normal"``.
    """

    noise: float = 0.3
    kind: str = "log-normal"

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true amount and the prediction."""
        amount = np.exp(rng.normal(size=n))
        return {"y": amount, "p": amount * np.exp(self.noise * rng.normal(size=n))}

    def truths(self) -> dict[str, float]:
        """The measures of the population; its median error and its relative error by ten million rows."""
        import gnomon

        half = self.noise**2 / 2
        square = math.exp(2)  # the mean of the squared amount
        mse = square * (math.exp(4 * half) - 2 * math.exp(half) + 1)
        rows = self.sample(np.random.default_rng(1), 10_000_000)
        found = gnomon.evaluate(rows["y"], rows["p"], interval="none")
        exact = {"mse": mse, "rmse": math.sqrt(mse), "r2": 1 - mse / (square - math.exp(1)),
                 "mean_error": math.exp(0.5) * (math.exp(half) - 1)}  # fmt: skip
        return {name: found[name].value for name in ("mae", "mape", "median_absolute_error")} | exact


@dataclass(frozen=True)
class Multiclass:
    """Three classes, 60, 30 and 10 % of the rows, with the probabilities that noisy scores imply."""

    strength: float
    kind: str = "plain"

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true class and three probabilities."""
        label = rng.choice(3, n, p=(0.6, 0.3, 0.1))
        latent = rng.normal(size=(n, 3)) + self.strength * np.eye(3)[label]
        raised = np.exp(latent)
        return {"y": label, "p": raised / raised.sum(axis=1, keepdims=True)}

    def truths(self) -> dict[str, float]:
        """The measures of four million rows."""
        import gnomon

        rows = self.sample(np.random.default_rng(1), 4_000_000)
        found = gnomon.evaluate(rows["y"], rows["p"], interval="none")
        names = ("accuracy", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa", "f1_macro", "f1_weighted",
                 "precision_macro", "roc_auc_macro", "roc_auc_weighted", "log_loss", "brier_score")  # fmt: skip
        return {name: found[name].value for name in names}


@dataclass(frozen=True)
class Multilabel:
    """Three labels, on 40, 25 and 11 % of the rows, each predicted where a noisy score is high."""

    strength: float
    kind: str = "multilabel"

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true labels and the predicted ones."""
        shares = np.array([0.4, 0.25, 0.11])
        label = rng.random((n, 3)) < shares
        latent = rng.normal(size=(n, 3)) + self.strength * label
        return {"y": label.astype(int), "p": (latent > self.strength - norm.ppf(0.7)).astype(int)}

    def truths(self) -> dict[str, float]:
        """The measures of four million rows."""
        import gnomon

        rows = self.sample(np.random.default_rng(1), 4_000_000)
        found = gnomon.evaluate(rows["y"], rows["p"], interval="none")
        names = [
            f"{name}_{average}" for name in ("precision", "recall", "f1") for average in ("macro", "micro", "weighted")
        ]
        return {name: found[name].value for name in ("accuracy", "hamming_loss", *names)}


@dataclass(frozen=True)
class Choice:
    """A threshold chosen among all scores of two normal classes, 30 % of the rows positive, and what is said of it.

    Attributes:
        asked: ``"cost"`` (10 of a false negative, 1 of a false positive), a measure to make great, or what must hold.
        strength: The distance between the classes.
        kind: ``"choice"``, ``"choice, weights"`` (log-normal) or ``"choice, clusters"`` (five rows, alike).
    """

    asked: str
    strength: float
    kind: str = "choice"

    def truths(self) -> dict[str, float]:
        """They depend on the threshold."""
        return {}

    def sample(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Rows: the true class, the score, weights or clusters if there are any."""
        if self.kind != "choice, clusters":
            label = (rng.random(n) < CHOSEN_SHARE).astype(int)
            rows = {"y": label, "p": rng.normal(size=n) + self.strength * label}
            return rows | ({"w": np.exp(rng.normal(size=n))} if self.kind == "choice, weights" else {})
        cluster = np.arange(n) // CLUSTER
        groups, a = cluster[-1] + 1, CHOSEN_SHARE * CONCENTRATION
        label = (rng.random(n) < rng.beta(a, CONCENTRATION - a, groups)[cluster]).astype(int)
        common = math.sqrt(SHARED) * rng.normal(size=groups)[cluster]
        return {"y": label, "p": self.strength * label + common + math.sqrt(1 - SHARED) * rng.normal(size=n),
                "c": cluster}  # fmt: skip

    def seen(self, rows: dict[str, np.ndarray]) -> list[tuple[str, float, float, float, str | None]]:
        """What a decision says of its threshold: the corrected goal, or whether a promise is kept."""
        import gnomon

        limit = self.asked.partition(" >= ")[2]
        wanted = (
            {"where": self.asked} if limit else {"costs": {"fn": 10, "fp": 1}} if self.asked == "cost"
            else {"goal": self.asked}
        )  # fmt: skip
        found = gnomon.choose_threshold(
            rows["y"], rows["p"], weight=rows.get("w"), cluster=rows.get("c"), scale="any", threads=1, **wanted
        )
        there = self._at(found.threshold.value)
        if limit:
            name = self.asked.partition(".")[0]
            return [(f"promise_{name}", 0.0, 1.0, 0.5 if not found.met or there[name] >= float(limit) else 2.0, None)]
        own = found.corrected
        if own is None or math.isnan(own.low) or math.isinf(found.threshold.value):
            return []
        return [(f"chosen_{self.asked}", own.low, own.high, there[self.asked], own.warning)]

    def _at(self, threshold: float) -> dict[str, float]:
        """The measures of the whole population at a threshold."""
        tp = CHOSEN_SHARE * float(norm.sf(threshold - self.strength))
        fp = (1 - CHOSEN_SHARE) * float(norm.sf(threshold))
        return {
            "precision": tp / (tp + fp) if tp + fp > 0 else math.nan,
            "recall": tp / CHOSEN_SHARE,
            "f1": 2 * tp / (CHOSEN_SHARE + tp + fp),
            "youden": tp / CHOSEN_SHARE - fp / (1 - CHOSEN_SHARE),
            "cost": 10 * (CHOSEN_SHARE - tp) + fp,
        }
