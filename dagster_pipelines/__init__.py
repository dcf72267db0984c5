"""The orchestrator: the only package that imports dbt, the cue detector and the warehouse."""

import warnings

import dagster

# The backfill policy of a partitioned asset is a beta feature of Dagster: users cannot act on the warning.
warnings.filterwarnings("ignore", category=dagster.BetaWarning)
