{#- One index lookup per session: the cost depends on the number of selected sessions, not of all sessions. -#}
{% macro selected_sessions(relation) -%}
    {%- set selected = var('session_ids', none) -%}
    {%- if selected is none -%}
    select * from {{ relation }}
    {%- else -%}
    select matching.*
    from unnest('{{ "{" ~ selected ~ "}" }}'::uuid[]) as selected (job_id)
    cross join lateral (
        select *
        from {{ relation }} as source
        where source.job_id = selected.job_id
        {{ optimization_fence() }} -- noqa: PRS
    ) as matching
    {%- endif -%}
{%- endmacro %}
