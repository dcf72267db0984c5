-- one row per question pattern whose example the rules judge otherwise, or whose own words its example lacks
{{ config(meta={'dagster': {'ref': {'name': 'question_patterns'}}}) }}

-- depends_on: {{ ref('int_sessions__question_matchers') }}
with patterns as (
    select * from {{ ref('question_patterns') }}
),

auxiliaries as (
    select string_agg(word, '|') as auxiliaries from {{ ref('question_words') }}
    where word_class = 'auxiliary'
),

judged as (
    select
        patterns.rule,
        patterns.pattern,
        patterns.example,
        patterns.question_kind as expected_kind,
        {{ question_kind('patterns.example') }} as question_kind,
        -- the example without its end mark holds the pattern
        rtrim(lower(patterns.example), '.?')
        ~ ('\m(' || {{ question_regex('patterns.pattern', 'auxiliaries.auxiliaries') }} || ')\M') as is_an_example
    from patterns
    cross join auxiliaries
)

select * from judged
where question_kind is distinct from expected_kind or not is_an_example
