"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ONLY_ADDED_TO = ("ledger_entry", "audit_entry", "state_change")
"""Tables that keep what was written: neither the program nor a slip at the console changes a row."""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "reviewer",
                "payer",
                "worker",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=20), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=400), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(tf_primary_method IS NULL) = (tf_totp_secret IS NULL)",
            name=op.f("ck_account_app_with_its_secret"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_account_fs_webauthn_user_handle")),
    )
    op.create_table(
        "chat_alert",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(sent_at IS NULL AND given_up_at IS NULL) OR (text = '' AND claimed_at IS NULL)",
            name=op.f("ck_chat_alert_erased_at_its_end"),
        ),
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck_chat_alert_one_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_chat_alert_key")),
    )
    with op.batch_alter_table("chat_alert", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chat_alert_due_at"),
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )

    op.create_table(
        "gig",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_hours", sa.Integer(), nullable=False),
        sa.Column("times_per_worker", sa.Integer(), nullable=False),
        sa.Column("gold_percent", sa.Integer(), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.Column("onboarding", sa.JSON(), nullable=False),
        sa.Column("quiz_version", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "start_hours > 0 AND times_per_worker > 0 AND gold_percent BETWEEN 0 AND 100 AND fee_bp >= 0",
            name=op.f("ck_gig_terms"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gig")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pay",
                "bonus",
                "pay_correction",
                "bonus_correction",
                "payout",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("debit", sa.String(length=40), nullable=False),
        sa.Column("credit", sa.String(length=40), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entry_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("subject", "kind", "version", name=op.f("uq_ledger_entry_subject_kind_version")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_credit"), ["credit"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_debit"), ["debit"], unique=False)

    op.create_table(
        "unwanted",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_unwanted")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_account_id"), ["account_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_audit_entry_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("account_id", "text_sha256", name=op.f("uq_consent_account_id_text_sha256")),
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(key IS NULL) = (sha256 IS NULL)", name=op.f("ck_dataset_built")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_dataset_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
    )
    op.create_table(
        "digest_time",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_digest_time_hour")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_digest_time_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_digest_time")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_answer_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_kept_answer")),
    )
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "level_rule",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_level_rule_made_by")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_level_rule")),
    )
    op.create_table(
        "mail_choice",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "account",
                "invitation",
                "claim",
                "deadline",
                "expired",
                "overflow",
                "review",
                "revision",
                "payout",
                "level",
                "suspension",
                "message",
                "feedback",
                "news",
                "books",
                "undelivered",
                "digest",
                name="mail_choice_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "delivery",
            sa.Enum(
                "now",
                "digest",
                "off",
                name="mail_choice_delivery",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_news_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("key", name=op.f("uq_news_key")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(sent_at IS NULL AND given_up_at IS NULL) OR (text = '' AND claimed_at IS NULL)",
            name=op.f("ck_outgoing_mail_erased_at_its_end"),
        ),
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck_outgoing_mail_one_end")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outgoing_mail_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_mail_key")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_mail_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_outgoing_mail_due_at"),
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )

    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "basic",
                "standard",
                "premium",
                name="tier",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("bonus_cents", sa.Integer(), nullable=False),
        sa.Column("scenario_count", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "entry",
                "experienced",
                "expert",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "narration",
            sa.Enum(
                "some",
                "thoughts",
                "detailed",
                name="narration",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "price_cents > 0 AND bonus_cents >= 0 AND scenario_count > 0", name=op.f("ck_package_amounts")
        ),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_package_gig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("gig_id", "tier", name=op.f("uq_package_gig_id_tier")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_passkey_account_id_name")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "fiverr",
                "upwork",
                "prolific",
                "paypal",
                "wise",
                "bank",
                name="batch_channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_payout_batch_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")),
    )
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "basic",
                "standard",
                "premium",
                name="scenario_tier",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("goal", sa.String(length=300), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gold", sa.Boolean(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_scenario_gig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
    )
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenario_gig_id_tier_gold"), ["gig_id", "tier", "gold"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_scenario_gig_id_tier_pinned_at"), ["gig_id", "tier", "pinned_at"], unique=False
        )
        batch_op.create_index(
            "uq_scenario_goal",
            ["gig_id", "goal"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)

    op.create_table(
        "state_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_state_change_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_change")),
    )
    with op.batch_alter_table("state_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_state_change_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_state_change_table_row_id"), ["table", "row_id"], unique=False)

    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=False),
        sa.Column("reserved_cents", sa.Integer(), nullable=False),
        sa.Column("spent_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                name="wavestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reserved_cents >= 0 AND spent_cents >= 0 AND reserved_cents + spent_cents <= budget_cents",
            name=op.f("ck_wave_budget"),
        ),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_wave_gig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("gig_id", "name", name=op.f("uq_wave_gig_id_name")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("marketplace", sa.String(length=40), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("uses <= max_uses", name=op.f("ck_invitation_uses")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_invitation_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token", name=op.f("uq_invitation_token")),
    )
    op.create_table(
        "news_recipient",
        sa.Column("news_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_news_recipient_account_id")),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_recipient_news_id")),
        sa.PrimaryKeyConstraint("news_id", "account_id", name=op.f("pk_news_recipient")),
    )
    with op.batch_alter_table("news_recipient", schema=None) as batch_op:
        batch_op.create_index(
            "ix_news_recipient_waiting",
            ["news_id"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "mail",
            sa.Enum(
                "now",
                "digest",
                "off",
                name="notice_mail",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("mail <> 'off' OR mail_id IS NULL", name=op.f("ck_notice_mailed_as_wanted")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["outgoing_mail.id"], name=op.f("fk_notice_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_notice_account_id_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_notice_digest",
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("mail = 'digest' AND mail_id IS NULL"),
            postgresql_where=sa.text("mail = 'digest' AND mail_id IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_notice_key"), ["key"], unique=False)
        batch_op.create_index(
            "ix_notice_unread",
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "scenario_site",
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=253), nullable=False),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_site_scenario_id")),
        sa.PrimaryKeyConstraint("scenario_id", "site", name=op.f("pk_scenario_site")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "basic",
                "standard",
                "premium",
                name="slot_tier",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("open", "taken", name="slotstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_slot_gig_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_slot_scenario_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("scenario_id", "number", name=op.f("uq_slot_scenario_id_number")),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_slot_gig_id_tier_state_number"),
            ["gig_id", "tier", "state", "number"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_slot_scenario_id_state_number"), ["scenario_id", "state", "number"], unique=False
        )

    op.create_table(
        "mailed_invitation",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_mailed_invitation_invitation_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_mailed_invitation_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "address", name=op.f("pk_mailed_invitation")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_mailed_invitation_invitation_id")),
    )
    op.create_table(
        "worker",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("marketplace", sa.String(length=40), nullable=False),
        sa.Column("order_number", sa.String(length=60), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "entry",
                "experienced",
                "expert",
                name="worker_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "narration",
            sa.Enum(
                "some",
                "thoughts",
                "detailed",
                name="worker_narration",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("level_by_hand", sa.Boolean(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "fiverr",
                "upwork",
                "prolific",
                "paypal",
                "wise",
                "bank",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("channel_address", sa.String(length=254), nullable=False),
        sa.Column("channel_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_worker_account_id")),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_worker_gig_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_worker_invitation_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_worker_wave_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_worker")),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_channel_key"), ["channel_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_worker_wave_id"), ["wave_id"], unique=False)
        batch_op.create_index(
            "uq_worker_order",
            ["marketplace", "order_number"],
            unique=True,
            sqlite_where=sa.text("marketplace <> ''"),
            postgresql_where=sa.text("marketplace <> ''"),
        )

    op.create_table(
        "device_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("extension_version", sa.String(length=20), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["worker.account_id"], name=op.f("fk_device_check_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_check")),
    )
    with op.batch_alter_table("device_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_check_account_id"), ["account_id"], unique=False)

    op.create_table(
        "package_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finish_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(paused_at IS NULL) = (pause_until IS NULL)", name=op.f("ck_package_claim_pause")),
        sa.CheckConstraint("start_until <= finish_until", name=op.f("ck_package_claim_deadlines")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_package_claim_package_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_package_claim_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_claim")),
    )
    with op.batch_alter_table("package_claim", schema=None) as batch_op:
        batch_op.create_index(
            "uq_package_claim_open",
            ["worker_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "fiverr",
                "upwork",
                "prolific",
                "paypal",
                "wise",
                "bank",
                name="payout_channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("channel_address", sa.String(length=254), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "approved",
                "sending",
                "paid",
                "failed",
                "unknown",
                name="payoutstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transfer_id", sa.String(length=120), nullable=True),
        sa.CheckConstraint("(state = 'due') = (batch_id IS NULL)", name=op.f("ck_payout_batch")),
        sa.CheckConstraint("(state = 'paid') = (transfer_id IS NOT NULL)", name=op.f("ck_payout_transfer")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_payout_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_worker_id"), ["worker_id"], unique=False)
        batch_op.create_index(
            "uq_payout_due",
            ["worker_id", "currency"],
            unique=True,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )

    op.create_table(
        "quiz_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(handed_in_at IS NULL) = (answers IS NULL)", name=op.f("ck_quiz_attempt_answers")),
        sa.CheckConstraint("(handed_in_at IS NULL) = (passed IS NULL)", name=op.f("ck_quiz_attempt_passed")),
        sa.CheckConstraint("(handed_in_at IS NULL) = (score IS NULL)", name=op.f("ck_quiz_attempt_score")),
        sa.ForeignKeyConstraint(["account_id"], ["worker.account_id"], name=op.f("fk_quiz_attempt_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempt")),
    )
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_attempt_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "uq_quiz_attempt_open",
            ["account_id", "version"],
            unique=True,
            sqlite_where=sa.text("handed_in_at IS NULL"),
            postgresql_where=sa.text("handed_in_at IS NULL"),
        )

    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "all",
                "gig",
                "tier",
                name="suspensionscope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("gig_id", sa.Integer(), nullable=True),
        sa.Column(
            "tier",
            sa.Enum(
                "basic",
                "standard",
                "premium",
                name="suspension_tier",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal", sa.String(length=1000), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all') = (gig_id IS NULL) AND (scope = 'tier') = (tier IS NOT NULL)",
            name=op.f("ck_suspension_what"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_suspension_answer"),
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (upheld IS NULL)", name=op.f("ck_suspension_answer_decides")),
        sa.CheckConstraint("(appeal IS NULL) = (appealed_at IS NULL)", name=op.f("ck_suspension_appeal")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_because IS NULL)",
            name=op.f("ck_suspension_lifting"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR appealed_at IS NOT NULL", name=op.f("ck_suspension_answer_to_an_appeal")
        ),
        sa.CheckConstraint("until IS NULL OR until > made_at", name=op.f("ck_suspension_length")),
        sa.CheckConstraint(
            "upheld IS NULL OR upheld OR lifted_at IS NOT NULL",
            name=op.f("ck_suspension_not_upheld_is_lifted"),
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_suspension_answered_by")),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_suspension_gig_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_suspension_lifted_by")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_suspension_made_by")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_suspension_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspension_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "training_pass",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["worker.account_id"], name=op.f("fk_training_pass_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_training_pass")),
    )
    op.create_table(
        "worker_numbers",
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("first_pass", sa.Integer(), nullable=True),
        sa.Column("narration", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_worker_numbers_worker_id")),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_numbers")),
    )
    op.create_table(
        "worker_profile",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column(
            "experience",
            sa.Enum(
                "little",
                "some",
                "much",
                name="experience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "age_band",
            sa.Enum(
                "under_25",
                "25_to_34",
                "35_to_44",
                "45_to_54",
                "55_to_64",
                "65_and_over",
                name="ageband",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "buys_online",
            sa.Enum(
                "weekly",
                "monthly",
                "seldom",
                name="howoften",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "shops_on",
            sa.Enum(
                "phone",
                "computer",
                "both",
                name="shopson",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["worker.account_id"], name=op.f("fk_worker_profile_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_worker_profile")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "entry",
                "experienced",
                "expert",
                name="assignment_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("bonus_cents", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("reserved_cents", sa.Integer(), nullable=False),
        sa.Column("holds_slot", sa.Boolean(), nullable=False),
        sa.Column("surplus", sa.Boolean(), nullable=False),
        sa.Column("may_repeat", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "active",
                "submitted",
                "late",
                "overflow",
                "checking",
                "in_review",
                "revision_requested",
                "accepted",
                "rejected",
                "returned",
                "expired",
                "cancelled",
                name="assignmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_cap", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT (surplus AND holds_slot)", name=op.f("ck_assignment_surplus")),
        sa.CheckConstraint("lease_until <= lease_cap", name=op.f("ck_assignment_lease")),
        sa.CheckConstraint(
            "price_cents >= 0 AND bonus_cents >= 0 AND fee_cents >= 0 AND reserved_cents >= 0",
            name=op.f("ck_assignment_amounts"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["package_claim.id"], name=op.f("fk_assignment_claim_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_assignment_scenario_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_assignment_slot_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_assignment_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_scenario_id_level"), ["scenario_id", "level"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_state_lease_until"), ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "payout_line",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_payout_line_entry_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_line_payout_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_payout_line")),
    )
    with op.batch_alter_table("payout_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_line_payout_id"), ["payout_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_message_says_something")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_message_assignment_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_message_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("author_id", "key", name=op.f("uq_message_author_id_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "recording_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "scenario",
                "training",
                name="recordingkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "recording",
                "stopped",
                "submitted",
                "abandoned",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("video_started_ms", sa.Double(), nullable=True),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("clock_offset_ms", sa.Double(), nullable=False),
        sa.Column("clock_rtt_ms", sa.Double(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("masked_count", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(length=120), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(kind = 'scenario') = (assignment_id IS NOT NULL)", name=op.f("ck_recording_session_kind")),
        sa.CheckConstraint(
            "state IN ('ready', 'abandoned') OR started_at IS NOT NULL",
            name=op.f("ck_recording_session_started"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('stopped', 'submitted') OR ended_at IS NOT NULL",
            name=op.f("ck_recording_session_ended"),
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_recording_session_assignment_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.account_id"], name=op.f("fk_recording_session_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recording_session_public_id")),
    )
    with op.batch_alter_table("recording_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_session_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_session_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("t_wall", sa.Double(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["recording_session.id"], name=op.f("fk_event_session_id")),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_event")),
    )
    op.create_table(
        "message_seen",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_seen_account_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_message_seen_assignment_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_seen_message_id")),
        sa.PrimaryKeyConstraint("assignment_id", "account_id", name=op.f("pk_message_seen")),
    )
    op.create_table(
        "session_device",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("device_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["recording_session.id"], name=op.f("fk_session_device_session_id")),
        sa.PrimaryKeyConstraint("session_id", "device_key", name=op.f("pk_session_device")),
    )
    with op.batch_alter_table("session_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_device_device_key"), ["device_key"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_submission_assignment_id")),
        sa.ForeignKeyConstraint(["session_id"], ["recording_session.id"], name=op.f("fk_submission_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("assignment_id", "revision_no", name=op.f("uq_submission_assignment_id_revision_no")),
        sa.UniqueConstraint("session_id", name=op.f("uq_submission_session_id")),
    )
    op.create_table(
        "training_attempt",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=20), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.CheckConstraint("(judged_at IS NULL) = (passed IS NULL)", name=op.f("ck_training_attempt_judged")),
        sa.ForeignKeyConstraint(["session_id"], ["recording_session.id"], name=op.f("fk_training_attempt_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_training_attempt")),
    )
    with op.batch_alter_table("training_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_attempt_handed_in_at"),
            ["handed_in_at"],
            unique=False,
            sqlite_where=sa.text("judged_at IS NULL"),
            postgresql_where=sa.text("judged_at IS NULL"),
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "screen",
                "microphone",
                name="uploadkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("storage_upload_id", sa.String(length=400), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "complete", name="uploadstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("playable_key", sa.String(length=200), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("problem_code", sa.String(length=40), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(state = 'complete') = (completed_at IS NOT NULL)", name=op.f("ck_upload_completed")),
        sa.CheckConstraint("(state = 'complete') = (size IS NOT NULL)", name=op.f("ck_upload_size")),
        sa.ForeignKeyConstraint(["session_id"], ["recording_session.id"], name=op.f("fk_upload_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_upload_key")),
        sa.UniqueConstraint("session_id", "kind", name=op.f("uq_upload_session_id_kind")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_sha256"), ["sha256"], unique=False)

    op.create_table(
        "analysis_run",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "done",
                "not_configured",
                "failed",
                name="analysisstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_analysis_run_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "name", name=op.f("pk_analysis_run")),
    )
    op.create_table(
        "check_run",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "pass",
                "flag",
                "unknown",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_check_run_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "name", name=op.f("pk_check_run")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "scenario",
                "product",
                name="feedback_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("scenario_id", sa.Integer(), nullable=True),
        sa.Column("gig_id", sa.Integer(), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "recording",
                "extension",
                "goals",
                "pay",
                "privacy",
                "idea",
                "other",
                name="feedback_category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("ease", sa.Integer(), nullable=True),
        sa.Column("goal_clear", sa.Integer(), nullable=True),
        sa.Column("pay_fair", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answer <> '') = (answered_at IS NOT NULL) AND (answer <> '') = (answered_by IS NOT NULL)",
            name=op.f("ck_feedback_answer"),
        ),
        sa.CheckConstraint("(kind = 'product') = (category IS NOT NULL)", name=op.f("ck_feedback_category")),
        sa.CheckConstraint(
            "(kind = 'scenario') = (submission_id IS NOT NULL) AND (kind = 'scenario') = (scenario_id IS NOT NULL)",
            name=op.f("ck_feedback_about"),
        ),
        sa.CheckConstraint(
            "text <> '' OR ease IS NOT NULL OR goal_clear IS NOT NULL OR pay_fair IS NOT NULL",
            name=op.f("ck_feedback_says_something"),
        ),
        sa.CheckConstraint(
            "ease BETWEEN 1 AND 5 AND goal_clear BETWEEN 0 AND 2 AND pay_fair BETWEEN 0 AND 2",
            name=op.f("ck_feedback_scales"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feedback_account_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_feedback_answered_by")),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_feedback_gig_id")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_feedback_scenario_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_feedback_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_feedback_submission_id")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_account_id_id"), ["account_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_gig_id_week"), ["gig_id", "week"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_scenario_id_week"), ["scenario_id", "week"], unique=False)
        batch_op.create_index(
            "ix_feedback_unanswered",
            ["id"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL AND text <> ''"),
            postgresql_where=sa.text("answered_at IS NULL AND text <> ''"),
        )

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payout",
                "device",
                "file",
                "events",
                name="linkkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Integer(), nullable=True),
        sa.Column("dismissed_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by IS NULL) AND (dismissed_at IS NULL) = (dismissed_because IS NULL)",
            name=op.f("ck_link_dismissed"),
        ),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_link_order")),
        sa.ForeignKeyConstraint(["dismissed_by"], ["account.id"], name=op.f("fk_link_dismissed_by")),
        sa.ForeignKeyConstraint(["high_id"], ["worker.account_id"], name=op.f("fk_link_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["worker.account_id"], name=op.f("fk_link_low_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_link_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("low_id", "high_id", "kind", "evidence", name=op.f("uq_link_low_id_high_id_kind_evidence")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_high_id"), ["high_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("plays", sa.Boolean(), nullable=False),
        sa.Column("narrated", sa.Boolean(), nullable=False),
        sa.Column("realistic", sa.Boolean(), nullable=False),
        sa.Column("worth_pay", sa.Boolean(), nullable=False),
        sa.Column(
            "reason_code",
            sa.Enum(
                "unplayable",
                "no_narration",
                "unrealistic",
                "goal_missed",
                "private_data",
                "other",
                name="reasoncode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating > 2 OR (reason_code IS NOT NULL AND note <> '')", name=op.f("ck_review_reason")),
        sa.CheckConstraint("NOT usable OR (plays AND realistic AND rating > 1)", name=op.f("ck_review_usable")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name=op.f("fk_review_reviewer_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_review_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("submission_id", "version", name=op.f("uq_review_submission_id_version")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_reviewer_id"), ["reviewer_id"], unique=False)

    op.create_table(
        "step",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action_type", sa.String(length=16), nullable=False),
        sa.Column("t_ms", sa.Integer(), nullable=False),
        sa.Column("target_selector", sa.Text(), nullable=False),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("element_text", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_step_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "number", name=op.f("pk_step")),
    )
    op.create_table(
        "stream_band",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_stream_band_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "band", name=op.f("pk_stream_band")),
    )
    with op.batch_alter_table("stream_band", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_band_key"), ["key"], unique=False)

    op.create_table(
        "transcript",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_transcript_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_transcript")),
    )
    op.create_table(
        "review_posting",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earned_cents", sa.Integer(), nullable=False),
        sa.Column("released_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("released_cents >= 0", name=op.f("ck_review_posting_released")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_posting_review_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_posting")),
    )
    for table in ONLY_ADDED_TO:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_table("review_posting")
    op.drop_table("transcript")
    with op.batch_alter_table("stream_band", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_band_key"))

    op.drop_table("stream_band")
    op.drop_table("step")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_reviewer_id"))

    op.drop_table("review")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_high_id"))

    op.drop_table("link")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_feedback_unanswered",
            sqlite_where=sa.text("answered_at IS NULL AND text <> ''"),
            postgresql_where=sa.text("answered_at IS NULL AND text <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_feedback_scenario_id_week"))
        batch_op.drop_index(batch_op.f("ix_feedback_gig_id_week"))
        batch_op.drop_index(batch_op.f("ix_feedback_account_id_id"))

    op.drop_table("feedback")
    op.drop_table("check_run")
    op.drop_table("analysis_run")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_sha256"))

    op.drop_table("upload")
    with op.batch_alter_table("training_attempt", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_training_attempt_handed_in_at"),
            sqlite_where=sa.text("judged_at IS NULL"),
            postgresql_where=sa.text("judged_at IS NULL"),
        )

    op.drop_table("training_attempt")
    op.drop_table("submission")
    with op.batch_alter_table("session_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_device_device_key"))

    op.drop_table("session_device")
    op.drop_table("message_seen")
    op.drop_table("event")
    with op.batch_alter_table("recording_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_session_worker_id"))
        batch_op.drop_index(batch_op.f("ix_recording_session_assignment_id"))

    op.drop_table("recording_session")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_assignment_id"))

    op.drop_table("message")
    with op.batch_alter_table("payout_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payout_line_payout_id"))

    op.drop_table("payout_line")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_worker_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_state_lease_until"))
        batch_op.drop_index(batch_op.f("ix_assignment_scenario_id_level"))
        batch_op.drop_index(batch_op.f("ix_assignment_claim_id"))

    op.drop_table("assignment")
    op.drop_table("worker_profile")
    op.drop_table("worker_numbers")
    op.drop_table("training_pass")
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suspension_worker_id"))

    op.drop_table("suspension")
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quiz_attempt_open",
            sqlite_where=sa.text("handed_in_at IS NULL"),
            postgresql_where=sa.text("handed_in_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_quiz_attempt_account_id"))

    op.drop_table("quiz_attempt")
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payout_due", sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'")
        )
        batch_op.drop_index(batch_op.f("ix_payout_worker_id"))

    op.drop_table("payout")
    with op.batch_alter_table("package_claim", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_package_claim_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("package_claim")
    with op.batch_alter_table("device_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_check_account_id"))

    op.drop_table("device_check")
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_worker_order",
            sqlite_where=sa.text("marketplace <> ''"),
            postgresql_where=sa.text("marketplace <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_worker_wave_id"))
        batch_op.drop_index(batch_op.f("ix_worker_channel_key"))

    op.drop_table("worker")
    op.drop_table("mailed_invitation")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slot_scenario_id_state_number"))
        batch_op.drop_index(batch_op.f("ix_slot_gig_id_tier_state_number"))

    op.drop_table("slot")
    op.drop_table("scenario_site")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_unread",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_notice_key"))
        batch_op.drop_index(
            "ix_notice_digest",
            sqlite_where=sa.text("mail = 'digest' AND mail_id IS NULL"),
            postgresql_where=sa.text("mail = 'digest' AND mail_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_notice_account_id"))

    op.drop_table("notice")
    with op.batch_alter_table("news_recipient", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_news_recipient_waiting",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.drop_table("news_recipient")
    op.drop_table("invitation")
    op.drop_table("wave")
    with op.batch_alter_table("state_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_state_change_table_row_id"))
        batch_op.drop_index(batch_op.f("ix_state_change_at"))

    op.drop_table("state_change")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_account_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_scenario_goal",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_scenario_gig_id_tier_pinned_at"))
        batch_op.drop_index(batch_op.f("ix_scenario_gig_id_tier_gold"))

    op.drop_table("scenario")
    op.drop_table("recovery_code")
    op.drop_table("payout_batch")
    op.drop_table("passkey")
    op.drop_table("package")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_outgoing_mail_due_at"),
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_account_id"))

    op.drop_table("outgoing_mail")
    op.drop_table("news")
    op.drop_table("mail_choice")
    op.drop_table("level_rule")
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_answer_created_at"))

    op.drop_table("kept_answer")
    op.drop_table("digest_time")
    op.drop_table("dataset")
    op.drop_table("consent")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_account_id"))

    op.drop_table("api_token")
    op.drop_table("unwanted")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_debit"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_credit"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_at"))

    op.drop_table("ledger_entry")
    op.drop_table("gig")
    with op.batch_alter_table("chat_alert", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_chat_alert_due_at"),
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )

    op.drop_table("chat_alert")
    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        for table in ONLY_ADDED_TO:
            op.execute(f"DROP FUNCTION {table}_is_only_added_to()")


def refuse_changes(table: str) -> None:
    """A trigger that lets nobody update or delete a row of the table."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only ever added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_only_added_to()"
    )
