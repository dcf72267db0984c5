{#-
    The rows of a relation that this run looks at, by their job_id: all, or those of the sessions that it was told of
    (variable `sessions`, a comma list). Each of these is looked up by its key, so that a run for a few sessions takes
    the same time however many there are.
-#}
{% macro selected_sessions(relation) -%}
    {%- set told = var('session_ids', none) -%}
    {%- if told is none -%}
    select * from {{ relation }}
    {%- else -%}
    select looked_up.*
    from unnest('{{ "{" ~ told ~ "}" }}'::uuid[]) as told (job_id)
    cross join lateral (
        select *
        from {{ relation }} as known
        where known.job_id = told.job_id
        {{ optimization_fence() }} -- noqa: PRS
    ) as looked_up
    {%- endif -%}
{%- endmacro %}
