-- one row per transcript with utterances: a fingerprint of all utterance data that the session metrics use
with utterances as (
    select * from {{ ref('stg_ai_backend__utterances') }}
),

final as (
    select
        transcript_id,
        -- independent of the order of rows: each row hash includes the sequence number
        bit_xor(content_hash) as content_hash
    from utterances
    group by transcript_id
)

select * from final
