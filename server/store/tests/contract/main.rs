//! The contract of the store: one suite, run on SQLite and on PostgreSQL. Adding a test: write an async function that
//! takes an [`Arranged`](support::Arranged), and name it below.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod admin;
mod apart;
mod engines;
mod failures;
mod history;
mod jobs;
mod lists;
mod migrations;
mod people;
mod plans;
mod racing;
mod statements;
mod writing;

macro_rules! contract {
    ($($module:ident: [$($name:ident),* $(,)?]),* $(,)?) => {
        mod sqlite {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let arranged = crate::support::Arranged::on_sqlite().await;
                    crate::$module::$name(&arranged).await;
                    arranged.clear_away().await;
                })*
            })*
        }

        mod postgres {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let arranged = crate::support::Arranged::on_postgres().await;
                    crate::$module::$name(&arranged).await;
                    arranged.clear_away().await;
                })*
            })*
        }
    };
}

contract! {
    admin: [
        a_store_is_made_once,
        a_user_is_made_once_however_the_email_is_written,
        bad_names_are_refused_with_a_sentence,
        a_password_has_ten_characters,
        an_export_has_every_product_once_and_none_from_the_trash,
    ],
    apart: [
        every_method_sees_its_own_store_only,
        an_id_of_another_store_is_not_free,
    ],
    engines: [
        times_are_kept_to_the_microsecond,
        products_without_a_price_come_last_in_both_directions,
        wildcards_of_the_engine_mean_nothing_in_a_search,
        the_widest_values_survive,
        text_is_kept_to_the_byte,
        a_taken_handle_is_told_from_other_violations,
        order_by_text_does_not_depend_on_the_engine,
    ],
    history: [
        history_tells_who_when_what,
        a_value_from_history_can_be_restored,
        history_comes_in_pages,
    ],
    jobs: [
        a_job_goes_from_the_queue_to_its_end,
        progress_is_saved_with_the_work_or_not_at_all,
        an_expired_lease_is_taken_over,
        a_failed_attempt_waits,
        a_job_is_cancelled,
        two_workers_never_have_the_same_job,
    ],
    lists: [
        lists_are_those_a_naive_one_would_be,
        what_was_written_is_in_the_next_list,
        a_list_follows_another_process,
        the_list_is_there_before_its_index,
        search_finds_codes_and_handles_by_their_beginning,
        facets_count_the_list,
        neighbours_are_those_in_the_list,
        an_idle_list_is_dropped_and_comes_back,
        listeners_are_told_of_commits,
    ],
    people: [
        a_session_lasts_thirty_days,
        a_wrong_password_and_an_unknown_email_sound_the_same,
        guessing_slows_down,
        how_long_to_wait_is_told_without_counting,
        an_address_that_guesses_at_many_accounts_slows_down,
        many_guesses_at_once_do_not_slip_through,
        stores_are_switched_among_ones_own,
        a_person_without_a_store_is_told_so,
        each_role_may_what_it_may,
        nothing_in_the_tables_opens_a_session,
    ],
    plans: [hot_statements_use_their_indexes],
    racing: [
        eight_writers_lose_nothing,
        change_numbers_are_given_in_the_order_of_commits,
        a_handle_goes_to_one_of_many,
        the_same_op_many_times_at_once_is_done_once,
        two_people_on_different_fields_do_not_disturb_each_other,
        a_list_built_in_the_middle_of_changes_is_right,
    ],
    statements: [
        pages_keep_to_their_budget,
        a_batch_costs_no_more_statements_than_its_rows,
    ],
    writing: [
        a_product_comes_back_as_it_was_made,
        edits_reach_every_field,
        an_edit_of_what_somebody_changed_is_a_conflict,
        an_op_sent_again_answers_the_same,
        an_op_id_with_other_content_is_refused,
        a_taken_handle_is_refused_and_the_rest_of_the_batch_done,
        a_handle_given_up_in_a_batch_is_free_in_it,
        ops_of_one_product_in_a_batch_see_each_other,
        a_deleted_product_leaves_the_list_and_comes_back,
        a_big_batch_is_written_whole,
        no_change_takes_no_number,
        one_bad_row_takes_the_batch_back,
    ],
}
