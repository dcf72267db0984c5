"""Generates documentation pages from the dbt project, the settings classes and the sample data."""
