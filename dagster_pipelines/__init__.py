"""The orchestrator: it alone knows dbt, the cue detector and the warehouse."""

import warnings

import dagster

# A partitioned asset's backfill policy is beta in Dagster; whoever runs the demo can do nothing about it.
warnings.filterwarnings("ignore", category=dagster.BetaWarning)
