create database dagster owner coaching;
