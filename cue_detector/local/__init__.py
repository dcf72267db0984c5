"""Cue detection and client talk without any key or network."""

from cue_detector.local.client_talk import ClientTalk, predict_client_talk
from cue_detector.local.detector import LocalDetector

__all__ = ["ClientTalk", "LocalDetector", "predict_client_talk"]
