"""Commands on stored items: watches, search, backtest, explanation, history, exports."""
