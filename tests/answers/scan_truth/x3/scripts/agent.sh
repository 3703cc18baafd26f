claude -p "Mend what the newest issue says" --dangerously-skip-permissions
