"""Cue detection and client talk classification without API key or network access."""

from cue_detector.local.client_talk import ClientTalk, predict_client_talk
from cue_detector.local.detector import LocalDetector

__all__ = ["ClientTalk", "LocalDetector", "predict_client_talk"]
