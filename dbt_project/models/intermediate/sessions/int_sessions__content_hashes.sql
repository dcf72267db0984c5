-- one row per transcript with utterances: a fingerprint of everything that the session metrics read
with utterances as (
    select * from {{ ref('stg_ai_backend__utterances') }}
),

final as (
    select
        transcript_id,
        -- the order of rows does not matter, since each carries its own place
        bit_xor(content_hash) as content_hash
    from utterances
    group by transcript_id
)

select * from final
