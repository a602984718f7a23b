//! SQL of projects.
