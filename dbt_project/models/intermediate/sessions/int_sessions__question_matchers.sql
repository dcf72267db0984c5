-- one row: the regular expressions and clues that classify a coach's questions, generated from the seeds
{{ config(post_hook="{{ create_question_kind(this) }}") }}

-- grouped by first letter: factoring it out halves the matching time
with words as (
    select
        word_class,
        left(word, 1) || '(?:' || string_agg(replace(substr(word, 2), ' ', '\W+'), '|' order by word)
        || ')' as alternatives,
        string_agg(word, '|' order by word) as clues
    from {{ ref('question_words') }}
    group by word_class, left(word, 1)
),

word_lists as (
    select
        string_agg(alternatives, '|' order by alternatives) filter (where word_class = 'lead_in') as lead_ins,
        string_agg(alternatives, '|' order by alternatives) filter (where word_class = 'auxiliary') as auxiliaries,
        string_agg(clues, '|' order by clues) filter (where word_class = 'open_clue') as open_clues,
        string_agg(clues, '|' order by clues) filter (where word_class = 'unmarked_clue') as unmarked_clues
    from words
),

-- one row per pattern
patterns as (
    select
        patterns.rule,
        word_lists.lead_ins,
        word_lists.open_clues,
        word_lists.unmarked_clues,
        {{ question_regex('patterns.pattern', 'word_lists.auxiliaries') }} as regex
    from {{ ref('question_patterns') }} as patterns
    cross join word_lists
),

rules as (
    select
        rule,
        lead_ins,
        open_clues,
        unmarked_clues,
        '(' || string_agg(regex, '|' order by regex) || ')\M' as regex
    from patterns
    group by rule, lead_ins, open_clues, unmarked_clues
),

final as (
    select
        '^(?:\W|\[[^]]*\]|(?:' || max(lead_ins) || ')\M)+' as lead_ins,
        max(open_clues) as open_clues,
        max(unmarked_clues) as unmarked_clues,
        max('^' || regex) filter (where rule = 'open_start') as open_start,
        max('^' || regex) filter (where rule = 'open_but_closed') as open_but_closed,
        max('^' || regex) filter (where rule = 'closed_start') as closed_start,
        max('^' || regex) filter (where rule = 'closed_but_open') as closed_but_open,
        max('\m' || regex) filter (where rule = 'open_inside') as open_inside,
        max('\m' || regex) filter (where rule = 'open_but_closed') as open_inside_but_closed,
        max('\m' || regex) filter (where rule = 'remark') as remark,
        max('\m' || regex) filter (where rule = 'open_unmarked') as open_unmarked,
        max('\m' || regex) filter (where rule = 'closed_unmarked') as closed_unmarked
    from rules
)

select * from final
