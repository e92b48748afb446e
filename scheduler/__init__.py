"""What happens when nobody asks: today the nightly clean-up, later announcements."""
