//! The doors, tried over real HTTP against a real PostgreSQL.
//!
//! `STINT_TEST_DATABASE_URL` names a server whose user may create databases; `./dev test` starts one.

mod agents;
mod assistant;
mod audit;
mod blind;
mod bounds;
mod budgets;
mod crowds;
mod cutoff;
mod cuts;
mod demo;
mod edges;
mod ending;
mod full;
mod handshake;
mod held_back;
mod identity;
mod isolation;
mod limits;
mod log;
mod mails;
mod meanwhile;
mod operator;
mod outages;
mod pages;
mod people;
mod programs;
mod refusals;
mod registry;
mod rehearsals;
mod samples;
mod sign_ins;
mod smtp;
mod tasks;
mod timesheets;
mod toolsets;
mod turns;
mod unbilled;
mod world;
