// SPDX-License-Identifier: MIT
// The page and the real program together.
