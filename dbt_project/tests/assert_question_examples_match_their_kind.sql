-- Every example of a question pattern matches its pattern and is classified as its question_kind.
{{ config(meta={'dagster': {'ref': {'name': 'question_patterns'}}}) }}

-- depends_on: {{ ref('int_sessions__question_matchers') }}
with patterns as (
    select * from {{ ref('question_patterns') }}
),

auxiliaries as (
    select string_agg(word, '|') as auxiliaries from {{ ref('question_words') }}
    where word_class = 'auxiliary'
),

classified as (
    select
        patterns.rule,
        patterns.pattern,
        patterns.example,
        patterns.question_kind as expected_kind,
        {{ question_kind('patterns.example') }} as question_kind,
        -- the example without its punctuation matches the pattern
        rtrim(lower(patterns.example), '.?')
        ~ ('\m(' || {{ question_regex('patterns.pattern', 'auxiliaries.auxiliaries') }} || ')\M') as is_match
    from patterns
    cross join auxiliaries
)

select * from classified
where question_kind is distinct from expected_kind or not is_match
